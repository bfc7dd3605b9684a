import { expect, it } from "vitest";
import type { Transition, TransitionKind } from "../api/cuts";
import { shifted, whyNot } from "./rule";

const one = (start: number, end = start, by: string | null = null, kind: TransitionKind = start === end ? "cut" : "dissolve"): Transition => ({
  kind, start_frame: start, end_frame: end, start_s: 0, end_s: 0, found_by: by ?? "blends", score: 1, edited_by: by, edited_at: null,
});
const at = (start: number, end = start) => ({ start, end });

it("keeps two frames from a detector's transition and leaves a frame beside a person's", () => {
  const shown = [one(20), one(40, 50, "lea"), one(70, 70, "lea")];
  const why = (kind: TransitionKind, start: number, end = start) => whyNot(shown, 100, kind, at(start, end))?.message ?? null;
  expect(why("cut", 22)).toBe("There is a cut at frame 20 already, too near to frame 22.");
  expect(why("cut", 18)).toBe("There is a cut at frame 20 already, too near to frame 18.");
  expect(why("cut", 23)).toBeNull();
  expect(why("cut", 20)).toBe("There is a cut at frame 20 already.");
  expect(why("cut", 50)).toBe("There is a dissolve from frame 40 to 50 already: a cut at frame 50 would leave no frame between the two.");
  expect(why("cut", 51)).toBeNull();
  expect(why("cut", 71)).toBeNull();
  expect(why("dissolve", 69, 72)).toBe("There is a cut at frame 70 already: a dissolve from frame 69 to 72 would lie over it.");
  expect(why("dissolve", 5, 18)).toBe("There is a cut at frame 20 already, too near to frame 18.");
  expect(why("cut", 0)).toMatch(/Frame 0/);
  expect(why("fade_black", 0, 5)).toBeNull();
  const touching = [one(30, 40, "lea"), one(40, 40, "rev")]; // from before there was this rule
  expect(whyNot(touching, 100, "fade_white", at(30, 40), at(30, 40))).toBeNull();
  expect(whyNot(touching, 100, "dissolve", at(29, 40), at(30, 40))).not.toBeNull();
});

it("stops a push at the neighbour", () => {
  const shown = [one(20), one(30), one(40, 40, "rev")];
  const to = (was: number, by: number) => shifted(shown, 60, at(was), by).start;
  expect(to(20, 1)).toBe(21);
  expect(to(20, 10)).toBe(27);
  expect(to(20, 50)).toBe(27);
  expect(to(30, 10)).toBe(39);
  expect(to(30, -10)).toBe(23);
  expect(to(40, -30)).toBe(33);
  expect(to(40, 30)).toBe(59);
  expect(to(20, -30)).toBe(1);
});

it("does not go where it may not, nor past one that is already near", () => {
  const shown = [one(20), one(22), one(30, 40)];
  expect(shifted(shown, 60, at(20), 1).start).toBe(20);
  expect(shifted(shown, 60, at(20), 10).start).toBe(20);
  expect(shifted(shown, 60, at(20), -1).start).toBe(19);
  expect(shifted(shown, 60, at(22), 10).start).toBe(27);
  expect(shifted(shown, 60, at(30, 40), -10)).toEqual(at(25, 35));
  expect(shifted(shown, 60, at(30, 40), 30)).toEqual(at(50, 60));
});
