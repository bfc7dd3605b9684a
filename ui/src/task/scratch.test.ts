// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServerError, Unreachable } from "../api/client";
import { ScratchKeeper } from "./scratch";

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});
afterEach(() => vi.useRealTimers());

const port = () => {
  let revision = 0;
  return { save: vi.fn((_revision: number, _body: object) => Promise.resolve({ revision: ++revision })) };
};

describe("typed words", () => {
  it("are on this computer at once, and on the server after a pause", async () => {
    const server = port();
    const keeper = new ScratchKeeper("s", server, null);
    keeper.write({ raw: "a" });
    keeper.write({ raw: "ab" });
    expect(localStorage.getItem("s")).toContain("ab");
    expect(server.save).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(700);
    expect(server.save.mock.calls).toEqual([[0, { raw: "ab" }]]);
    expect(keeper.snapshot().save).toBe("saved");
  });

  it("survive a lost network and a reload", async () => {
    const keeper = new ScratchKeeper("s", { save: () => Promise.reject(new Unreachable()) }, null);
    keeper.write({ raw: "kept" });
    await vi.advanceTimersByTimeAsync(700);
    expect(keeper.snapshot().save).toBe("offline");
    keeper.leave();
    const server = port();
    const again = new ScratchKeeper("s", server, null);
    expect(again.snapshot().body).toEqual({ raw: "kept" });
    await vi.advanceTimersByTimeAsync(10);
    expect(server.save).toHaveBeenCalledWith(0, { raw: "kept" });
  });

  it("are sent again by themselves", async () => {
    const save = vi.fn().mockRejectedValueOnce(new Unreachable()).mockResolvedValue({ revision: 1 });
    const keeper = new ScratchKeeper("s", { save }, null);
    keeper.write({ raw: "a" });
    await vi.advanceTimersByTimeAsync(3000);
    expect(save).toHaveBeenCalledTimes(2);
    expect(keeper.snapshot().save).toBe("saved");
  });

  it("are never overwritten by another tab without the person's word", async () => {
    const theirs = { revision: 4, body: { raw: "theirs" } };
    const save = vi.fn().mockRejectedValueOnce(new ServerError(409, "StaleVersion", "", "", theirs)).mockResolvedValue({ revision: 5 });
    const keeper = new ScratchKeeper("s", { save }, { revision: 1, body: {} });
    keeper.write({ raw: "mine" });
    await vi.advanceTimersByTimeAsync(700);
    expect(keeper.snapshot()).toMatchObject({ save: "attention", conflict: theirs, body: { raw: "mine" } });
    keeper.write({ raw: "mine too" });
    await vi.advanceTimersByTimeAsync(700);
    expect(save).toHaveBeenCalledTimes(1);
    keeper.keepMine();
    await vi.advanceTimersByTimeAsync(10);
    expect(save).toHaveBeenLastCalledWith(4, { raw: "mine too" });
    expect(keeper.snapshot().save).toBe("saved");
  });

  it("that were not sent meet newer ones as two versions", () => {
    localStorage.setItem("s", JSON.stringify({ revision: 1, body: { raw: "mine" }, dirty: true }));
    const keeper = new ScratchKeeper("s", port(), { revision: 2, body: { raw: "theirs" } });
    expect(keeper.snapshot().conflict).toEqual({ revision: 2, body: { raw: "theirs" } });
    keeper.takeTheirs();
    expect(keeper.snapshot()).toMatchObject({ save: "saved", conflict: null, body: { raw: "theirs" } });
  });

  it("go over a page that was cleared meanwhile, without a question", async () => {
    const save = vi.fn().mockRejectedValueOnce(new ServerError(409, "StaleVersion", "", "", { revision: 3, body: {} })).mockResolvedValue({ revision: 4 });
    const keeper = new ScratchKeeper("s", { save }, { revision: 2, body: { raw: "of the stage before" } });
    keeper.write({ raw: "mine" });
    await vi.advanceTimersByTimeAsync(700);
    expect(save).toHaveBeenLastCalledWith(3, { raw: "mine" });
    expect(keeper.snapshot()).toMatchObject({ save: "saved", conflict: null });
  });

  it("are cleared after what is under way, and nothing is left here", async () => {
    let land = (_: { revision: number }) => {};
    const save = vi.fn().mockImplementationOnce(() => new Promise((resolve) => (land = resolve))).mockResolvedValue({ revision: 9 });
    const keeper = new ScratchKeeper("s", { save }, null);
    keeper.write({ raw: "a" });
    await vi.advanceTimersByTimeAsync(700);
    const cleared = keeper.clear();
    land({ revision: 1 });
    expect(await cleared).toBe(9);
    expect(save).toHaveBeenLastCalledWith(1, {});
    expect(localStorage.getItem("s")).toBeNull();
  });

  it("of an old copy give way to the server's", () => {
    localStorage.setItem("s", JSON.stringify({ revision: 1, body: { raw: "old" }, dirty: false }));
    expect(new ScratchKeeper("s", port(), { revision: 2, body: { raw: "new" } }).snapshot().body).toEqual({ raw: "new" });
  });
});
