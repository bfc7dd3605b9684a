import { describe, expect, it } from "vitest";
import type { Answer, Field, Form } from "../api/spec";
import { asked, broken, evaluate, following, meant, sendable, untouched, violationsOf } from "./spec";

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

  it("asks a list for any of several members", () => {
    expect(evaluate({ field: "a", has_any: ["x", "y"] }, { a: ["z", "y"] })).toBe(true);
    expect(evaluate({ field: "a", has_any: ["x", "y"] }, { a: ["z"] })).toBe(false);
    expect(evaluate({ field: "a", has_any: ["x", "y"] }, { a: [] })).toBe(false);
    expect(evaluate({ field: "a", has_any: ["x", "y"] }, {})).toBeNull();
  });

  it("compares two choices by their place, where both have one", () => {
    const order = ["wide", "full", "close"];
    const told = (start: Answer, end: Answer) =>
      [{ same_as: "end" }, { before: "end" }, { after: "end" }].map((test) => evaluate({ field: "start", order, ...test }, { start, end }));
    expect(told("wide", "close")).toEqual([false, true, false]);
    expect(told("close", "wide")).toEqual([false, false, true]);
    expect(told("full", "full")).toEqual([true, false, false]);
    expect(told("unknown", "full")).toEqual([null, null, null]);
    expect(told("full", null)).toEqual([null, null, null]);
    expect(evaluate({ field: "start", same_as: "end", order }, {})).toBeNull();
  });

  it("knows an empty list of stretches from a filled one", () => {
    const rule = { field: "moves", empty: true };
    expect(evaluate(rule, { moves: [] })).toBe(true);
    expect(evaluate(rule, { moves: [{ movements: ["pan"] }] })).toBe(false);
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
});

describe("what follows from the order of movements", () => {
  const ways = (id: string, ...values: string[]) =>
    field(id, { neutral: "no", options: ["no", ...values, "both"].map((value) => ({ value, title: value })), applies_when: { field: "moves", is: true } });
  const fields = [
    field("moves", { kind: "flag" }),
    { ...ways("pan", "left", "right"), default: "no" },
    ways("tilt", "up", "down"),
    field("jolt", { kind: "flag" }),
    field("speed", { applies_when: { field: "tilt", is: "both" } }),
    field("order", {
      kind: "segments", applies_when: { field: "moves", is: true },
      options: [
        { value: "pan_left", title: "", sets: { pan: "left" } },
        { value: "tilt_up", title: "", sets: { tilt: "up" } },
        { value: "tilt_down", title: "", sets: { tilt: "down" } },
        { value: "jolt", title: "", sets: { jolt: true } },
      ],
    }),
  ];
  const then = (...steps: string[][]) => steps.map((movements) => ({ movements, start_frame: null, end_frame: null }));

  it("is one way, both, or none", () => {
    const order = then(["tilt_up"], ["tilt_down", "pan_left"]);
    expect(following(fields, { moves: true, order })).toEqual({ tilt: "both", pan: "left", jolt: false });
    expect(following(fields, { moves: true, order: then(["jolt"]) })).toEqual({ tilt: "no", pan: "no", jolt: true });
    expect(following(fields, { moves: true, order: then([]) })).toEqual({});
    expect(following(fields, { moves: true, order: [] })).toEqual({});
    expect(following(fields, { moves: false, order })).toEqual({});
  });

  it("stands in the form instead of what was answered or preselected, and other questions hang on it", () => {
    const answers = { moves: true, tilt: "up", order: then(["tilt_up"], ["tilt_down"], []) };
    expect(meant(fields, answers)).toMatchObject({ tilt: "both", pan: "no" });
    expect(meant(fields, answers)["order"]).toHaveLength(2);
    expect(asked(fields, answers).map((each) => each.id)).toContain("speed");
    expect(asked(fields, { ...answers, order: [] }).map((each) => each.id)).not.toContain("speed");
  });

  it("is not handed in: the server makes it anew", () => {
    const answers = { moves: true, tilt: "up", order: then(["tilt_up"], ["tilt_down"], []) };
    expect(sendable(fields, answers)).toEqual({ moves: true, order: then(["tilt_up"], ["tilt_down"]) });
    expect(sendable(fields, { ...answers, order: then([]) })).toEqual({ moves: true, tilt: "up", pan: "no" });
    expect(untouched(fields, answers, [])).toEqual([]);
  });
});

describe("what the form has chosen beforehand", () => {
  const fields = [
    field("cut", { kind: "flag", default: false }),
    field("lens", { default: "regular", applies_when: { field: "cut", is: false } }),
    field("speed"),
  ];

  it("is handed in as an answer that nobody looked at", () => {
    expect(asked(fields, {}).map((each) => each.id)).toEqual(["cut", "lens", "speed"]);
    expect(sendable(fields, {})).toEqual({ cut: false, lens: "regular" });
    expect(untouched(fields, {}, [])).toEqual(["cut", "lens"]);
  });

  it("counts as looked at once it was focused, confirmed or changed", () => {
    expect(untouched(fields, { lens: "fisheye" }, ["cut"])).toEqual([]);
    expect(untouched(fields, { cut: false }, [])).toEqual(["lens"]);
  });

  it("goes away where it is cleared, and where its question goes away", () => {
    expect(sendable(fields, { lens: null })).toEqual({ cut: false });
    expect(untouched(fields, { lens: null }, [])).toEqual(["cut"]);
    expect(sendable(fields, { cut: true })).toEqual({ cut: true });
    expect(untouched(fields, { cut: true }, [])).toEqual([]);
  });
});

it("names the rules that the answers break as they stand, at the questions concerned", () => {
  const never = { all: [{ field: "a", is: "x" }, { any: [{ field: "b", is: "y" }, { field: "c", has_any: ["z"] }] }] };
  const form = { fields: [field("a"), field("b"), field("c", { kind: "list" })], consistency: [{ id: "r", never, rule: "Not both.", mend: "Change one." }] };
  const told = (answers: Record<string, Answer>) => broken(form as unknown as Form, answers);
  expect(told({ a: "x" })).toEqual([]);
  expect(told({ a: "x", b: "y" })).toEqual([{ fields: ["a", "b"], rule: "Not both.", mend: "Change one." }]);
  expect(told({ a: "x", c: ["z"] })[0]!.fields).toEqual(["a", "c"]);
});

it("finds the broken rules in a refusal", () => {
  const broken = [{ fields: ["pan"], rule: "r", mend: "m" }];
  expect(violationsOf(broken)).toEqual(broken);
  expect(violationsOf([{ where: "body", rule: "r" }])).toEqual([]);
  expect(violationsOf(null)).toEqual([]);
});
