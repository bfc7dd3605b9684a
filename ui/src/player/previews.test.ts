import { describe, expect, it } from "vitest";
import { cellOf } from "./previews";

const previews = { start_frame: 20, end_frame: 90, frames: [20, 31, 40, 55, 80], width: 176, height: 100, columns: 3, picture: "sheet" };

describe("the small picture of a place", () => {
  it("is the last one at or before the frame", () => {
    expect([20, 30, 31, 39, 40, 54, 55, 79, 80, 89].map((frame) => cellOf(previews, frame).frame))
      .toEqual([20, 20, 31, 31, 40, 40, 55, 55, 80, 80]);
  });
  it("is never from before the first", () => {
    expect(cellOf(previews, 0).frame).toBe(20);
  });
  it("stands row by row on the sheet", () => {
    expect([20, 31, 40, 55, 80].map((frame) => [cellOf(previews, frame).x, cellOf(previews, frame).y]))
      .toEqual([[0, 0], [176, 0], [352, 0], [0, 100], [176, 100]]);
  });
  it("may be the only one", () => {
    expect(cellOf({ ...previews, frames: [20], columns: 20 }, 55)).toEqual({ frame: 20, x: 0, y: 0 });
  });
});
