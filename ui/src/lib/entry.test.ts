import { describe, expect, it } from "vitest";
import { copyOf, isId, put, tidy } from "./entry";

describe("entries", () => {
  it("leaves out what may be missing and nothing else", () => {
    expect(tidy({ id: "a", title: " ", use_words: ["pans", "", " "], also_known_as: [], applies_when: "", no_when: { all: [] } })).toEqual({
      id: "a", title: "", use_words: ["pans"], no_when: { all: [] },
    });
  });
  it("keeps an empty group of examples that has to be there", () => {
    expect(tidy({ examples: { yes: [], no: [{ a: "b" }], undetermined: [] } })).toEqual({ examples: { yes: [], no: [{ a: "b" }] } });
  });
  it("takes a key away", () => {
    expect(put({ a: "x", b: "y" }, "a", undefined)).toEqual({ b: "y" });
  });
  it("copies under another id", () => {
    expect(copyOf({ id: "a", title: "A" }, "b")).toEqual({ id: "b", title: "A" });
    expect(copyOf({ pan: { is: "no" } }, "b")).toEqual({ pan: { is: "no" } });
  });
  it("knows an id", () => {
    expect(["pan_left", "a1"].map(isId)).toEqual([true, true]);
    expect(["Pan", "a__b", "", "1a", "a-b"].map(isId)).toEqual([false, false, false, false, false]);
  });
});
