import { expect, it } from "vitest";
import { same } from "./same";

it("compares values of JSON, whatever the order of their keys", () => {
  expect(same({ a: ["x"], b: { c: null } }, { b: { c: null }, a: ["x"] })).toBe(true);
  expect(same({ a: 1, b: undefined }, { a: 1 })).toBe(true);
  expect(same([], [])).toBe(true);
});

it.each<[unknown, unknown]>([
  [{ a: ["x", "y"] }, { a: ["y", "x"] }], [null, { a: "" }], [{ a: null }, {}], [{ a: undefined, b: 1 }, { a: 1, b: undefined }],
  [[], {}], [{ 0: "a" }, ["a"]], ["1", 1], [{ a: 1 }, { b: 1 }],
])("tells %j from %j", (one, other) => {
  expect(same(one, other)).toBe(false);
  expect(same(other, one)).toBe(false);
});
