import { describe, expect, it } from "vitest";
import type { Data, FieldChoice } from "../api/language";
import { askAnew, countTests, dataOf, ruleOf } from "./rule";

const choice = (id: string, values: string[]): FieldChoice => ({
  id, title: id, kind: "choice", group: "g", options: values.map((value) => ({ value, title: value })),
});
const pan = choice("pan", ["no", "left", "right"]);
const tilt = choice("tilt", ["no", "up", "down"]);
const end = choice("pan_end", ["no", "left", "right"]);
const moves: FieldChoice = { ...choice("moves", []), kind: "flag" };
const kinds: FieldChoice = { ...choice("kinds", ["a", "b"]), kind: "list" };

describe("rules", () => {
  const samples: Data[] = [
    { all: [{ pan: { is: "left" } }, { not: { any: [{ condition: "still" }, { primitive: "tilts" }] } }] },
    { pan: { in: ["left", "right"] } },
    { kinds: { has_any: ["a"] } },
    { kinds: { is: ["a", "b"] } },
    { pan: { same_as: "pan_end" } },
    { moves: { answered: "yes" } },
    { strange: { is: { deeper: "x" } } },
    { two: { is: "a" }, keys: { is: "b" } },
    "always",
  ];
  it.each(samples.map((data) => [JSON.stringify(data), data] as const))("%s comes back as it was", (_, data) => {
    expect(dataOf(ruleOf(data))).toEqual(data);
  });
  it("counts tests through groups", () => {
    expect(countTests(ruleOf(samples[0]!))).toBe(3);
  });
  it("keeps what still fits when the question changes", () => {
    expect(askAnew(tilt, "in", ["no", "left"], [])).toEqual({ sort: "ask", field: "tilt", test: "in", values: ["no"] });
    expect(askAnew(moves, "in", ["no"], [])).toEqual({ sort: "ask", field: "moves", test: "is", values: ["no"] });
    expect(askAnew(kinds, "is", ["a", "b"], [])).toEqual({ sort: "ask", field: "kinds", test: "is", values: ["a", "b"] });
    expect(askAnew(pan, "same_as", [], [pan, tilt, end])).toEqual({ sort: "ask", field: "pan", test: "same_as", values: ["pan_end"] });
  });
});
