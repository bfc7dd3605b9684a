import { expect, it } from "vitest";
import { around as framesOf, sideOf, sidesOf } from "./strip";

const around = (frames: number, place: { start: number; end: number }) => framesOf(frames, place, sidesOf(place, 16 / 9));

it("shows four frames on either side of a cut, inside the film", () => {
  expect(around(60, { start: 20, end: 20 })).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
  expect(around(60, { start: 2, end: 2 })).toEqual([0, 1, 2, 3, 4, 5]);
  expect(around(60, { start: 58, end: 58 })).toEqual([54, 55, 56, 57, 58, 59]);
});

it("shows frames of a gradual transition between its sides", () => {
  expect(around(60, { start: 20, end: 31 })).toEqual([18, 19, 20, 23, 26, 30, 31, 32]);
  expect(around(60, { start: 20, end: 22 })).toEqual([18, 19, 20, 21, 22, 23]);
});

it("tells the old shot from the new one", () => {
  const cut = { start: 20, end: 20 };
  expect([19, 20].map((frame) => sideOf(frame, cut))).toEqual(["old", "new"]);
  expect([19, 20, 24, 25].map((frame) => sideOf(frame, { start: 20, end: 25 }))).toEqual(["old", "mixed", "mixed", "new"]);
});

it("shows more frames of a narrow film, and never more than the server draws", () => {
  const cut = { start: 200, end: 200 };
  const count = (aspect: number, place = cut) => framesOf(500, place, sidesOf(place, aspect)).length;
  expect([32 / 9, 2.39, 1.7778, 4 / 3, 1, 9 / 16, 4 / 9].map((aspect) => count(aspect))).toEqual([8, 8, 8, 10, 14, 24, 24]);
  expect(count(9 / 16, { start: 200, end: 260 })).toBe(24);
  expect(count(16 / 9, { start: 200, end: 260 })).toBe(8);
});
