import { describe, expect, it } from "vitest";
import type { Field } from "../api/types";
import { asked, evaluate, offered, sendable, violationsOf } from "./spec";

const field = (id: string, over: Partial<Field> = {}): Field => ({
  id, title: id, question: id, help: "", kind: "choice", group: "g", options: [], ...over,
});

describe("rules in three values", () => {
  it("leaves open what hangs on an open question", () => {
    const rule = { field: "a", is: "x" };
    expect(evaluate(rule, {})).toBeNull();
    expect(evaluate({ not: rule }, {})).toBeNull();
    expect(evaluate({ all: [rule, { field: "b", is: "y" }] }, { b: "z" })).toBe(false);
    expect(evaluate({ any: [rule, { field: "b", is: "y" }] }, { b: "y" })).toBe(true);
    expect(evaluate({ any: [rule, { field: "b", is: "y" }] }, { b: "z" })).toBeNull();
  });

  it("tests answers", () => {
    expect(evaluate({ field: "a", in: ["x", "y"] }, { a: "y" })).toBe(true);
    expect(evaluate({ field: "a", has: "x" }, { a: ["x", "y"] })).toBe(true);
    expect(evaluate({ field: "a", is: ["y", "x"] }, { a: ["x", "y"] })).toBe(true);
    expect(evaluate({ field: "a", empty: true }, { a: [] })).toBe(true);
    expect(evaluate({ field: "a", answered: false }, {})).toBe(true);
    expect(evaluate({ field: "a", is: false }, { a: false })).toBe(true);
  });

  it("does not judge by an answer that says that the person could not tell", () => {
    expect(evaluate({ field: "a", is: "x", open: ["unknown"] }, { a: "unknown" })).toBeNull();
    expect(evaluate({ field: "a", is: "unknown", open: ["unknown"] }, { a: "unknown" })).toBe(true);
  });
});

describe("the form", () => {
  const fields = [
    field("moves", { kind: "flag" }),
    field("pan", { applies_when: { field: "moves", is: true } }),
    field("speed", { applies_when: { field: "pan", in: ["left", "right"] } }),
  ];

  it("asks only what applies", () => {
    expect(asked(fields, {}).map((each) => each.id)).toEqual(["moves"]);
    expect(asked(fields, { moves: true, pan: "left" }).map((each) => each.id)).toEqual(["moves", "pan", "speed"]);
  });

  it("forgets answers to questions that went away, through every link", () => {
    expect(sendable(fields, { moves: false, pan: "left", speed: "fast" })).toEqual({ moves: false });
    expect(asked(fields, { moves: false, pan: "left", speed: "fast" }).map((each) => each.id)).toEqual(["moves"]);
  });

  it("offers the movements that other answers name", () => {
    const order = field("order", { kind: "order", options: [{ value: "pan", title: "", when: { field: "pan", is: "left" } }, { value: "tilt", title: "" }] });
    expect(offered(order, { pan: "right" }).map((option) => option.value)).toEqual(["tilt"]);
  });
});

it("finds the broken rules in a refusal", () => {
  const broken = [{ fields: ["pan"], rule: "r", mend: "m" }];
  expect(violationsOf(broken)).toEqual(broken);
  expect(violationsOf([{ where: "body", rule: "r" }])).toEqual([]);
  expect(violationsOf(null)).toEqual([]);
});
