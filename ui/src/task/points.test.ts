import { describe, expect, it } from "vitest";
import { newPoint, pieces, reanchor, sameCritique } from "./points";

const span = (start: number, end: number, words: string) => ({ start, end, words });
const point = (start: number, end: number, words: string, taken: ReturnType<typeof newPoint>[] = []) => newPoint(span(start, end, words), taken);

describe("pieces of a draft", () => {
  it("join to the draft, whatever overlaps", () => {
    const text = "one 🎬 two three";
    const first = point(0, 5, "one 🎬");
    const second = point(4, 9, "🎬 two", [first]);
    const cut = pieces(text, [first, second]);
    expect(cut.map((piece) => piece.text).join("")).toBe(text);
    expect(cut.find((piece) => piece.text === "🎬")?.points).toEqual([first, second]);
    expect(second.id).toBe("p2");
  });

  it("show an insertion at a bare place", () => {
    const at = { ...point(3, 3, ""), kind: "insert" as const };
    expect(pieces("one", [at]).map((piece) => [piece.text, piece.begins.length])).toEqual([["one", 0], ["", 1]]);
  });
});

describe("points on another draft", () => {
  it("move with their words", () => {
    const moved = reanchor("Now it pans left.", [point(3, 7, "pans")])[0]!;
    expect([moved.start, moved.end, moved.kind]).toEqual([7, 11, "replace"]);
  });

  it("stay as remarks where the words are gone", () => {
    const kept = reanchor("It tilts.", [{ ...point(3, 7, "pans"), instruction: "tilts" }])[0]!;
    expect(kept).toMatchObject({ kind: "remark", start: null, end: null, words: "", instruction: "pans: tilts" });
  });
});

it("knows when the server has the critique already", () => {
  const mine = { raw: "r", language: "en", points: [point(0, 1, "a")], polished: "" };
  expect(sameCritique(mine, { ...mine, words: "" })).toBe(true);
  expect(sameCritique({ ...mine, raw: "other" }, { ...mine, words: "" })).toBe(false);
  expect(sameCritique({ raw: " ", language: "en", points: [] }, null)).toBe(true);
});
