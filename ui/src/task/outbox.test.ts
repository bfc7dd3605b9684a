// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServerError, Unreachable } from "../api/client";
import { answered, deliver, pendingAct } from "./outbox";

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});
afterEach(() => vi.useRealTimers());

describe("an act's key", () => {
  it("stays until an answer came, and only for the same words", () => {
    const first = pendingAct("ann", "c/1/camera", "rate", { rating: 3 }, 10);
    expect(pendingAct("ann", "c/1/camera", "rate", { rating: 3 }, 25)).toEqual(first);
    expect(pendingAct("ann", "c/1/camera", "rate", { rating: 4 }, 25).key).not.toBe(first.key);
    const next = pendingAct("ann", "c/1/camera", "rate", { rating: 3 }, 25);
    answered("ann", "c/1/camera", "rate");
    expect(pendingAct("ann", "c/1/camera", "rate", { rating: 3 }, 25).key).not.toBe(next.key);
  });
});

describe("an act that is sent", () => {
  const errand = <T,>(send: (work: { key: string; active_seconds: number }) => Promise<T>) => {
    const clock = { total: () => 12, taken: vi.fn() };
    const onAgain = vi.fn();
    return { clock, onAgain, person: "ann", place: "c/1/camera", verb: "rate", body: { rating: 3 }, send };
  };

  it("goes again under its key while no answer comes, and takes its time from the clock once", async () => {
    const send = vi.fn().mockRejectedValueOnce(new Unreachable()).mockRejectedValueOnce(new Unreachable()).mockResolvedValue("done");
    const one = errand(send);
    const told = deliver(one);
    await vi.advanceTimersByTimeAsync(1500);
    expect(await told).toBe("done");
    expect(new Set(send.mock.calls.map(([work]) => work.key as string)).size).toBe(1);
    expect(send).toHaveBeenCalledTimes(3);
    expect(one.onAgain).toHaveBeenCalledTimes(2);
    expect(one.clock.taken.mock.calls).toEqual([[12]]);
    expect(localStorage.length).toBe(0);
  });

  it("keeps its key for the next try where no answer came at all", async () => {
    const send = vi.fn().mockRejectedValue(new Unreachable());
    const one = errand(send);
    const told = deliver(one).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await told).toBeInstanceOf(Unreachable);
    const again = errand(vi.fn().mockResolvedValue("done"));
    await deliver(again);
    expect(again.send).toHaveBeenCalledWith({ key: send.mock.calls[0]![0].key as string, active_seconds: 12 });
    expect(one.clock.taken).not.toHaveBeenCalled();
  });

  it.each([[409, 0], [500, 1]])("after a refusal with %i has %i keys left", async (status, left) => {
    const one = errand(() => Promise.reject(new ServerError(status, "Refused", "", "")));
    await expect(deliver(one)).rejects.toBeInstanceOf(ServerError);
    expect(one.onAgain).not.toHaveBeenCalled();
    expect(localStorage.length).toBe(left);
  });
});
