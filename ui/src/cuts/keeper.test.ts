import { expect, it } from "vitest";
import { ServerError, Unreachable } from "../api/client";
import type { Cuts, Edit, Rests, Transition } from "../api/cuts";
import { CutKeeper, withEdit } from "./keeper";

const cut = (frame: number): Transition => ({
  kind: "cut", start_frame: frame, end_frame: frame, start_s: 0, end_s: 0, found_by: "blends", score: 0.9, edited_by: null, edited_at: null,
});
const place = (frame: number) => ({ start: frame, end: frame });
const move = (was: number, to: number): Edit => ({ verb: "move", kind: "cut", was: place(was), to: place(to) });

/** A server that does what it is told, when it is told to. */
function site() {
  let cuts = { seen: 0, transitions: [cut(20), cut(40)], video: { table: "t" } } as unknown as Cuts;
  const asked: { edit: Edit; rests: Rests }[] = [];
  const gates: (() => void)[] = [];
  const fails: unknown[] = [];
  const keeper = new CutKeeper(
    cuts, "lea",
    async (edit, rests) => {
      asked.push({ edit, rests });
      await new Promise<void>((go) => gates.push(go));
      const why = fails.shift();
      if (why) throw why;
      cuts = { ...cuts, seen: cuts.seen + 1, transitions: withEdit(cuts.transitions, edit, "lea") };
      return cuts;
    },
    async () => cuts,
  );
  const go = async () => {
    gates.shift()!();
    await new Promise((done) => setTimeout(done));
  };
  const frames = () => keeper.snapshot().shown.map((one) => one.start_frame);
  return { keeper, asked, fails, go, frames };
}

it("shows an edit at once and sends steps that wait as one", async () => {
  const { keeper, asked, go, frames } = site();
  keeper.push(move(20, 21));
  keeper.push(move(21, 22));
  keeper.push(move(22, 23));
  expect(frames()).toEqual([23, 40]);
  await go();
  expect(frames()).toEqual([23, 40]);
  await go();
  expect(asked.map(({ edit }) => edit)).toEqual([move(20, 21), move(21, 23)]);
  expect(asked.map(({ rests }) => rests.seen)).toEqual([0, 1]);
  expect(keeper.snapshot().saving).toBe(false);
});

it("drops what waits when one is refused, and says why", async () => {
  const { keeper, fails, go, frames } = site();
  fails.push(new ServerError(409, "StaleVersion", "lex was faster", "Look."));
  keeper.push({ verb: "remove", was: place(20) });
  keeper.push({ verb: "add", kind: "cut", to: place(30) });
  expect(frames()).toEqual([30, 40]);
  await go();
  expect(frames()).toEqual([20, 40]);
  expect((keeper.snapshot().trouble as ServerError).message).toBe("lex was faster");
});

it("keeps what waits while the server is away, and sends it again under the same key", async () => {
  const { keeper, asked, fails, go, frames } = site();
  fails.push(new Unreachable("away"));
  keeper.push(move(20, 21));
  await go();
  expect(keeper.snapshot().away).toBe(true);
  keeper.push(move(21, 22));
  expect(frames()).toEqual([22, 40]);
  keeper.retry();
  await go();
  await go();
  expect(asked[1]!.rests.key).toBe(asked[0]!.rests.key);
  expect(asked[1]!.edit).toEqual(move(20, 21));
  expect(frames()).toEqual([22, 40]);
});
