import { describe, expect, it } from "vitest";
import type { AuditItem } from "../api/audit";
import { behind, isWhole, nextOpen, revived, toggled } from "./work";

const caption = "A man 👩‍🎬 walks.";
const item = {
  audit: "spring", number: 1, items: 1, mine: 0, left: 1, closed: false, note: "", caption, aspects: [], film: null, answer: null, seen: 0,
  name: null, may_audit: true, scratch: null,
} satisfies AuditItem;
const all = { overall: 1, subject: 2, scene: 3, motion: 4, spatial: 5, camera: 1 };

describe("what is typed on an item", () => {
  it("begins with the answer that stands, and what was typed since goes before it", () => {
    const answered = { ...item, answer: { ratings: all, spans: [], critique: "So." } };
    expect(revived(answered, {}).critique).toBe("So.");
    expect(revived(answered, { v: 1, kind: "audit", ratings: { camera: 4 }, spans: [], critique: "" }).ratings).toEqual({ camera: 4 });
    expect(revived(item, { rubbish: true }).ratings).toEqual({});
  });

  it("keeps no rating off the scale and no mark of other words", () => {
    const kept = {
      v: 1, kind: "audit", ratings: { camera: 9, scene: 2.5, motion: 3, nosuch: 1 }, critique: 7,
      spans: [{ start: 2, end: 5, words: "man", failure: "hallucination" }, { start: 2, end: 5, words: "dog", failure: "hallucination" }],
    };
    const work = revived(item, kept);
    expect(work.ratings).toEqual({ motion: 3 });
    expect(work.spans.map((mark) => mark.words)).toEqual(["man"]);
    expect(work.critique).toBe("");
  });

  it("goes to the next open rating, round the end, and says when none is open", () => {
    expect(nextOpen({ overall: 1, scene: 1 }, "overall")).toBe("subject");
    expect(nextOpen({ overall: 1 }, "camera")).toBe("subject");
    expect(nextOpen(all, "camera")).toBeNull();
    expect(isWhole(all)).toBe(true);
    expect(isWhole({ overall: 1 })).toBe(false);
  });

  it("marks words in the caption's order and takes the same mark away again", () => {
    const walks = { start: 10, end: 15, words: "walks" };
    const man = { start: 2, end: 5, words: "man" };
    const marks = toggled(toggled(toggled([], walks, "subjective"), man, "wrong_detail"), man, "imprecise_term");
    expect(marks.map((mark) => mark.failure)).toEqual(["imprecise_term", "wrong_detail", "subjective"]);
    expect(toggled(marks, man, "wrong_detail")).toHaveLength(2);
  });

  it("counts code points where something is missing", () => {
    expect(behind(caption)).toEqual({ start: 16, end: 16, words: "" });
  });
});
