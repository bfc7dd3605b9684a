import { describe, expect, it } from "vitest";
import { codePointLength, relocate, sliceCodePoints, spanOfSelection, toCodePoints, toUnits } from "./codepoints";

// U+1F3AC is one code point and two UTF-16 units; "e" with U+0301 is two code points and one character to a person.
const TEXT = "a 🎬 cafe\u0301 👨‍👩‍👧 end";

describe("code points", () => {
  it("counts as the server does", () => {
    expect(codePointLength("a🎬b")).toBe(3);
    expect(toCodePoints("a🎬b", 3)).toBe(2);
    expect(toUnits("a🎬b", 2)).toBe(3);
    expect(sliceCodePoints(TEXT, 2, 3)).toBe("🎬");
  });

  it("goes there and back at every place", () => {
    for (let point = 0; point <= codePointLength(TEXT); point += 1) expect(toCodePoints(TEXT, toUnits(TEXT, point))).toBe(point);
  });

  it("does not count half a pair", () => {
    expect(toCodePoints("🎬", 1)).toBe(0);
  });
});

describe("a selection", () => {
  const select = (words: string) => spanOfSelection(TEXT, TEXT.indexOf(words), TEXT.indexOf(words) + words.length);

  it("is a half-open span of code points that holds just these words", () => {
    const span = select("cafe\u0301")!;
    expect(span).toEqual({ start: 4, end: 9, words: "cafe\u0301" });
    expect(sliceCodePoints(TEXT, span.start, span.end)).toBe(span.words);
  });

  it("loses the blanks at its ends", () => {
    expect(spanOfSelection("one two  three", 3, 9)?.words).toBe("two");
    expect(spanOfSelection("one   two", 3, 6)).toBeNull();
  });

  it("may be made backwards", () => {
    expect(spanOfSelection("one two", 7, 4)).toEqual({ start: 4, end: 7, words: "two" });
  });

  it("never splits what a person sees as one character", () => {
    const accent = TEXT.indexOf("\u0301");
    expect(spanOfSelection(TEXT, accent - 1, accent)?.words).toBe("e\u0301");
    const family = TEXT.indexOf("👨");
    expect(spanOfSelection(TEXT, family, family + 2)?.words).toBe("👨‍👩‍👧");
  });
});

describe("finding words again", () => {
  it("finds them where they stand once", () => {
    expect(relocate("🎬 it pans down", "pans down")).toEqual({ start: 5, end: 14, words: "pans down" });
  });
  it("does not guess", () => {
    expect(relocate("up and up", "up")).toBeNull();
    expect(relocate("up", "down")).toBeNull();
  });
});
