import { describe, expect, it } from "vitest";
import { completed, suggestions, wordAt } from "./complete";

const named = (id: string, title = id) => ({ id, title, group: "lens" });
const all = [named("dolly_zoom", "Dolly zoom"), named("dolly_in"), named("only_dolly_in"), named("zoom_in"), named("vertigo", "The zoom of Hitchcock")];
const ids = (word: string) => suggestions(all, word).map((each) => each.id);

describe("the word at the caret", () => {
  it("ends at signs of the query, and an arrow parts two words", () => {
    expect(wordAt("lens:dol and x", 8)).toEqual({ text: "dol", start: 5, end: 8 });
    expect(wordAt("(not dolly-z", 12)).toEqual({ text: "dolly-z", start: 5, end: 12 });
    expect(wordAt("close_up->wi", 12)).toEqual({ text: "wi", start: 10, end: 12 });
    expect(wordAt("close_up->wi", 5)).toEqual({ text: "close_up", start: 0, end: 8 });
  });
  it("is none between blanks", () => expect(wordAt("a  b", 2)).toBeNull());
});

describe("suggestions", () => {
  it("put names that begin so before names that hold it, and titles last", () => {
    expect(ids("dolly")).toEqual(["dolly_in", "dolly_zoom", "only_dolly_in"]);
    expect(ids("zoom")).toEqual(["zoom_in", "dolly_zoom", "vertigo"]);
    expect(ids("Dolly-Z")).toEqual(["dolly_zoom"]);
  });
  it("are none for nothing and for the words between names", () => {
    expect([...ids(""), ...ids("and"), ...ids("NOT"), ...ids("xyz")]).toEqual([]);
  });
  it("are no more than asked for", () => expect(suggestions(all, "o", 2)).toHaveLength(2));
});

it("puts the name in the word's place and the caret behind it", () => {
  expect(completed("not lens:dol and x", 11, "dolly_zoom")).toEqual({ text: "not lens:dolly_zoom and x", caret: 19 });
  expect(completed("pan_left and ", 13, "zoom_in")).toEqual({ text: "pan_left and zoom_in", caret: 20 });
});
