import { expect, it } from "vitest";
import type { Act, Detection } from "../api/cuts";
import { pollAfter } from "./news";

const after = (state: Detection["state"], ...acts: [string, number][]) => pollAfter({
  detection: { state, engine: "blends", frames_done: 0, why: "", mend: "" },
  acts: acts.map(([by, ago_s], i): Act => ({ version: i + 1, by, what: "", was: null, now: null, ago_s })),
}, "lea");

it("asks for news more often while others edit, and while the detector is at it", () => {
  expect(after("done")).toBe(15_000);
  expect(after("done", ["lea", 1])).toBe(15_000);
  expect(after("done", ["rev", 59], ["lea", 1])).toBe(2_500);
  expect(after("done", ["rev", 61], ["lea", 1])).toBe(15_000);
  expect(after("waiting")).toBe(1_000);
  expect(after("running", ["rev", 1])).toBe(1_000);
});
