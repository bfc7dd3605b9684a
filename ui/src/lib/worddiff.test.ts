import { describe, expect, it } from "vitest";
import { changeCount, wordDiff, words } from "./worddiff";

const sides = (before: string, after: string) => {
  const pieces = wordDiff(before, after);
  const join = (kinds: string[]) => pieces.filter((piece) => kinds.includes(piece.kind)).map((piece) => piece.text).join("");
  return [join(["same", "gone"]), join(["same", "new"])];
};

describe("word difference", () => {
  it("gives both texts back, sign by sign", () => {
    const pairs: [string, string][] = [
      ["The camera pans left.", "The camera tilts down, slowly."],
      ["", "new"],
      ["gone", ""],
      ["a🎬b  c\n", "a 🎬 b c"],
      ["镜头向左摇", "镜头向下倾斜"],
      ["it's half-open", "its half open"],
    ];
    for (const [before, after] of pairs) expect(sides(before, after)).toEqual([before, after]);
  });

  it("shows a rewritten phrase as one phrase", () => {
    expect(wordDiff("it pans left now", "it tilts down now")).toEqual([
      { kind: "same", text: "it " },
      { kind: "gone", text: "pans left" },
      { kind: "new", text: "tilts down" },
      { kind: "same", text: " now" },
    ]);
  });

  it("leaves the blank after a rewritten phrase alone", () => {
    const pieces = wordDiff("it pans left with shake", "it tilts very far down with shake");
    expect(pieces.filter((piece) => piece.kind !== "same").every((piece) => piece.text.trim() === piece.text)).toBe(true);
  });

  it("keeps a word with its marks together, and takes Chinese apart", () => {
    expect(words("cafe\u0301 d'Or")).toEqual(["cafe\u0301", " ", "d'Or"]);
    expect(words("镜头 x")).toEqual(["镜", "头", " ", "x"]);
  });

  it("counts words", () => {
    expect(changeCount(wordDiff("one two three", "one four three five"))).toEqual({ gone: 1, fresh: 2 });
  });
});
