import { beforeEach, expect, it, vi } from "vitest";
import { ServerError, Unreachable } from "../api/client";
import type { Act, Cuts, Edit, Rests, Stretch, Transition } from "../api/cuts";
import { CutKeeper, withEdit } from "./keeper";

const cut = (frame: number, by: string | null = null): Transition => ({
  kind: "cut", start_frame: frame, end_frame: frame, start_s: 0, end_s: 0, found_by: by ?? "blends", score: 0.9, edited_by: by, edited_at: null,
});
const place = (frame: number): Stretch => ({ start: frame, end: frame });
const move = (was: number, to: number): Edit => ({ verb: "move", kind: "cut", was: place(was), to: place(to) });
const message = (error: unknown) => (error instanceof Error ? error.message : error);

const stored = new Map<string, string>();
beforeEach(() => {
  stored.clear();
  vi.useRealTimers();
  vi.stubGlobal("window", {
    localStorage: {
      getItem: (name: string) => stored.get(name) ?? null,
      setItem: (name: string, value: string) => void stored.set(name, value),
      removeItem: (name: string) => void stored.delete(name),
    },
  });
});

/** A server that does what it is told, when it is told to. */
function site(near: number | null = null, transitions = [cut(20), cut(40)]) {
  let cuts = { seen: 0, transitions, acts: [], may_edit: true, video: { table: "t", hash: "f", frames: 100 } } as unknown as Cuts;
  const asked: { edit: Edit; rests: Rests }[] = [];
  const gates: (() => void)[] = [];
  const fails: unknown[] = [];
  const before: Cuts[] = [];
  const done = (edit: Edit, by: string, what = "") => {
    if (edit.verb === "undo") {
      const last = cuts.acts.at(-1)!;
      const act: Act = { version: cuts.seen + 1, by, what, was: last.now, now: last.was, ago_s: 0 };
      cuts = { ...cuts, seen: cuts.seen + 1, transitions: before.pop()!.transitions, acts: [...cuts.acts, act] };
      return cuts;
    }
    before.push(cuts);
    const pair = (one: Stretch): [number, number] => [one.start, one.end];
    const act: Act = {
      version: cuts.seen + 1, by, what, was: "was" in edit ? pair(edit.was) : null, now: "to" in edit ? pair(edit.to) : null, ago_s: 0,
    };
    cuts = { ...cuts, seen: cuts.seen + 1, transitions: withEdit(cuts.transitions, edit, by), acts: [...cuts.acts, act] };
    return cuts;
  };
  const make = () => new CutKeeper(
    cuts, "lea",
    async (edit, rests) => {
      asked.push({ edit: { ...edit }, rests });
      await new Promise<void>((go) => gates.push(go));
      const why = fails.shift();
      if (why) throw why;
      return done(edit, "lea");
    },
    async () => cuts, near,
  );
  const keeper = make();
  const go = async () => {
    gates.shift()!();
    await new Promise((next) => setTimeout(next));
  };
  const frames = () => keeper.snapshot().shown.map((one) => one.start_frame);
  const step = (was: number, to: number) => keeper.push(move(was, to), place(to));
  const seen = () => cuts;
  return { keeper, asked, fails, go, frames, step, done, make, seen };
}

it("shows an edit at once and sends steps that wait as one", async () => {
  const { keeper, asked, go, frames, step } = site();
  step(20, 21);
  step(21, 22);
  step(22, 23);
  expect(frames()).toEqual([23, 40]);
  await go();
  expect(frames()).toEqual([23, 40]);
  await go();
  expect(asked.map(({ edit }) => edit)).toEqual([move(20, 21), move(21, 23)]);
  expect(asked.map(({ rests }) => rests.seen)).toEqual([0, 1]);
  expect(keeper.snapshot().saving).toBe(false);
  expect(keeper.snapshot().chosen).toEqual(place(23));
});

it("drops what waits when one is refused, says why, and chooses what was chosen before", async () => {
  const { keeper, fails, go, frames } = site(20);
  fails.push(new ServerError(409, "StaleVersion", "lex was faster", "Look."));
  keeper.push({ verb: "remove", was: place(20) }, place(40));
  keeper.push({ verb: "add", kind: "cut", to: place(30) }, place(30));
  expect(frames()).toEqual([30, 40]);
  await go();
  expect(frames()).toEqual([20, 40]);
  expect(message(keeper.snapshot().trouble)).toBe("lex was faster");
  expect(keeper.snapshot()).toMatchObject({ chosen: place(20), refusals: 1, goTo: { frame: 20 } });
});

it("does not choose a neighbour when a move is refused", async () => {
  const { keeper, fails, go, frames, step } = site(20);
  fails.push(new ServerError(409, "StaleVersion", "lex was faster", "Look."));
  step(20, 35); // now nearer to 40 than to 20
  await go();
  expect(frames()).toEqual([20, 40]);
  expect(keeper.snapshot().chosen).toEqual(place(20));
});

it("leaves alone what was chosen after the edit that is refused", async () => {
  const { keeper, fails, go, step } = site(20);
  fails.push(new ServerError(409, "StaleVersion", "lex was faster", "Look."));
  step(20, 21);
  keeper.choose(place(40));
  await go();
  expect(keeper.snapshot().chosen).toEqual(place(40));
});

it("keeps the good steps of those that were sent as one", async () => {
  const { keeper, asked, fails, go, frames, step, done } = site(20);
  step(20, 21);
  done({ verb: "add", kind: "cut", to: place(26) }, "rev");
  step(21, 25);
  step(25, 28); // over rev's cut, which is not known here
  await go(); // the first one
  fails.push(new ServerError(422, "BadInput", "There is a cut at frame 26 already.", "Move that one."));
  await go(); // refused
  expect(message(keeper.snapshot().trouble)).toBe("There is a cut at frame 26 already.");
  await go(); // sent again, as far as it may
  expect(asked.at(-1)!.edit).toEqual(move(21, 25));
  expect(new Set(asked.map(({ rests }) => rests.key)).size).toBe(3);
  expect(frames()).toEqual([25, 26, 40]);
  expect(keeper.snapshot().chosen).toEqual(place(25));
  expect(message(keeper.snapshot().trouble)).toBe("There is a cut at frame 26 already.");
  step(25, 24);
  await go();
  expect(keeper.snapshot().trouble).toBeNull(); // a later edit succeeded
});

it("keeps what it told while edits from before it succeed", async () => {
  const { keeper, go, step } = site(20);
  step(20, 21);
  keeper.tell(new Error("It goes no further."));
  await go();
  expect(message(keeper.snapshot().trouble)).toBe("It goes no further.");
  keeper.dismiss();
  expect(keeper.snapshot().trouble).toBeNull();
});

it("chooses nothing where somebody else removed or moved the chosen one, and says who did what", () => {
  const { keeper, done } = site(20);
  keeper.take(done({ verb: "remove", was: place(40) }, "rev", "rev removed the cut at frame 40"));
  expect(keeper.snapshot()).toMatchObject({ chosen: place(20), trouble: null });
  keeper.take(done({ verb: "remove", was: place(20) }, "rev", "rev removed the cut at frame 20"));
  expect(keeper.snapshot().chosen).toBeNull();
  expect(message(keeper.snapshot().trouble)).toBe("rev removed the cut at frame 20.");
});

it("is told of others by the answer to an edit too", async () => {
  const { keeper, done, go, step } = site(20);
  step(20, 21);
  done(move(40, 44), "rev", "rev moved the cut at frame 40 to 44");
  keeper.choose(place(40));
  await go();
  expect(keeper.snapshot().chosen).toBeNull();
  expect(message(keeper.snapshot().trouble)).toBe("rev moved the cut at frame 40 to 44.");
});

it("goes to what an undo changed, and chooses it", async () => {
  const { keeper, go, step } = site(20);
  step(20, 25);
  await go();
  keeper.choose(place(40));
  keeper.push({ verb: "undo" }, null);
  expect(keeper.snapshot().chosen).toEqual(place(40));
  await go();
  expect(keeper.snapshot()).toMatchObject({ chosen: place(20), goTo: { frame: 20 } });
  keeper.push({ verb: "add", kind: "cut", to: place(60) }, place(60));
  await go();
  keeper.push({ verb: "undo" }, null);
  await go();
  expect(keeper.snapshot()).toMatchObject({ chosen: null, goTo: { frame: 60 }, trouble: null });
});

it("keeps what waits while the server is away, merges it, and sends the first again under the same key", async () => {
  vi.useFakeTimers();
  const { keeper, asked, fails, frames, step, go } = site(20);
  const pass = async (ms: number) => void (await vi.advanceTimersByTimeAsync(ms));
  const went = async () => {
    const gone = go();
    await pass(1);
    await gone;
  };
  fails.push(new Unreachable("away"), new ServerError(500, "Broken", "The desk failed.", ""), new ServerError(503, "CannotReach", "No storage.", ""));
  step(20, 21);
  await went();
  expect(keeper.snapshot().away).toBeInstanceOf(Unreachable);
  for (let frame = 21; frame < 30; frame += 1) step(frame, frame + 1);
  expect(frames()).toEqual([30, 40]);
  expect(asked).toHaveLength(1);
  await pass(1_000); // by itself
  await went();
  expect(asked).toHaveLength(2);
  await pass(1_990); // later each time
  expect(asked).toHaveLength(2);
  await pass(20);
  await went();
  expect(asked).toHaveLength(3);
  keeper.retry(); // the network came back
  await went();
  await went();
  expect(new Set(asked.slice(0, 4).map(({ rests }) => rests.key)).size).toBe(1);
  expect(asked.map(({ edit }) => edit).slice(3)).toEqual([move(20, 21), move(21, 30)]);
  expect(keeper.snapshot()).toMatchObject({ away: null, saving: false, chosen: place(30) });
  expect(frames()).toEqual([30, 40]);
  vi.useRealTimers();
});

it("keeps what waits on this computer, and the next page sends it under the same keys", async () => {
  const { keeper, asked, fails, go, step, make, done } = site(20);
  fails.push(new Unreachable("away"));
  step(20, 21);
  await go();
  step(21, 22);
  keeper.leave();
  done({ verb: "add", kind: "cut", to: place(60) }, "rev");
  const later = make();
  expect(later.snapshot().shown.map((one) => one.start_frame)).toEqual([22, 40, 60]);
  later.resume();
  await go();
  await go();
  expect(asked.map(({ edit }) => edit)).toEqual([move(20, 21), move(20, 21), move(21, 22)]);
  expect(asked[1]!.rests).toEqual(asked[0]!.rests); // and what it rests on
  expect(asked[2]!.rests.seen).toBe(2);
  expect(later.snapshot().saving).toBe(false);
  expect([...stored.keys()]).toEqual([]);
});

it("sends on what is under way when the page is left", async () => {
  const { keeper, asked, go, step } = site(20);
  step(20, 21);
  step(21, 22);
  keeper.leave();
  await go();
  await go();
  expect(asked.map(({ edit }) => edit)).toEqual([move(20, 21), move(21, 22)]);
  expect([...stored.keys()]).toEqual([]);
});

it("says when it cannot keep them", async () => {
  const { keeper, fails, go, step } = site(20);
  vi.spyOn(window.localStorage, "setItem").mockImplementation(() => {
    throw new Error("full");
  });
  fails.push(new Unreachable("away"));
  step(20, 21);
  await go();
  expect(keeper.snapshot()).toMatchObject({ kept: false, saving: true });
});

it("gives up what waits when one asks for it", async () => {
  const { keeper, fails, go, frames, step } = site(20);
  fails.push(new ServerError(500, "Broken", "The desk failed.", ""));
  step(20, 21);
  await go();
  keeper.drop();
  expect(frames()).toEqual([20, 40]);
  expect(keeper.snapshot()).toMatchObject({ saving: false, away: null, chosen: place(20) });
});

it("chooses nothing until it is asked to", () => {
  expect(site().keeper.snapshot().chosen).toBeNull();
  expect(site(36).keeper.snapshot().chosen).toEqual(place(40));
});

it("takes back at once what was not sent yet", async () => {
  const { keeper, asked, go, frames, step } = site(20);
  step(20, 21);
  keeper.push({ verb: "remove", was: place(40) }, place(21));
  expect(frames()).toEqual([21]);
  keeper.push({ verb: "undo" }, null);
  expect(frames()).toEqual([21, 40]);
  await go();
  expect(asked.map(({ edit }) => edit)).toEqual([move(20, 21)]);
  expect(keeper.snapshot().saving).toBe(false);
});

it("gives a transition that is moved the same row, and no other row a new one", async () => {
  const { keeper, go, step, done } = site(40);
  const ids = () => keeper.snapshot().shown.map((one, i) => [one.start_frame, keeper.snapshot().ids[i]]);
  expect(ids()).toEqual([[20, 0], [40, 1]]);
  step(40, 10);
  expect(ids()).toEqual([[10, 1], [20, 0]]);
  await go();
  expect(ids()).toEqual([[10, 1], [20, 0]]);
  keeper.take(done({ verb: "add", kind: "cut", to: place(5) }, "rev"));
  expect(ids()).toEqual([[5, 2], [10, 1], [20, 0]]);
  keeper.take(done({ verb: "remove", was: place(10) }, "rev"));
  expect(ids()).toEqual([[5, 2], [20, 0]]);
});
