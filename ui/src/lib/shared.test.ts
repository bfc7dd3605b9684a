/** What the package and the pages both work out. The cases are the package's: tests/data/make_shared.py. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Transition, TransitionKind } from "../api/cuts";
import type { Point } from "../api/server";
import type { Answers, Field, Form, Rule } from "../api/spec";
import { whyNot } from "../cuts/rule";
import { fits, newPoint, shownFrames } from "../task/points";
import { sliceCodePoints } from "./codepoints";
import { asked, broken, evaluate, following } from "./spec";
import { Timeline, type TimelineTable } from "./timeline";

const cases = <T,>(name: string): T => JSON.parse(readFileSync(new URL(`../../../tests/data/shared/${name}.json`, import.meta.url), "utf8")) as T;

describe("the language", () => {
  interface Language {
    form: Form;
    rules: { rule: Rule; states: string }[];
    records: { answers: Answers; follows: Answers; asked: string[]; broken: string[] }[];
  }
  const { form, rules, records } = cases<Language>("language");
  const sign = (state: boolean | null) => (state === null ? "?" : state ? "y" : "n");

  it.each(rules.map(({ rule, states }) => [JSON.stringify(rule), rule, states] as const))("%s", (_, rule, states) => {
    expect(records.map(({ answers }) => sign(evaluate(rule, answers))).join("")).toBe(states);
  });
  it.each(records.map((record) => [JSON.stringify(record.answers), record] as const))("%s", (_, record) => {
    expect(following(form.fields, record.answers)).toEqual(record.follows);
    expect(asked(form.fields, record.answers).map((field) => field.id)).toEqual(record.asked);
    expect(broken(form, record.answers).map((each) => each.rule)).toEqual(record.broken);
  });
});

describe("movements in order", () => {
  const { fields, cases: told } = cases<{ fields: Field[]; cases: { answers: Answers; follows: Answers }[] }>("movements");
  it.each(told.map((each) => [JSON.stringify(each.answers), each] as const))("%s", (_, { answers, follows }) => {
    expect(following(fields, answers)).toEqual(follows);
  });
});

describe("cuts", () => {
  interface Cuts {
    frames: number;
    shown: { kind: TransitionKind; start: number; end: number; by: string | null }[];
    edits: { kind: TransitionKind; length: number; was: [number, number] | null; taken: number[] }[];
  }
  const { frames, shown, edits } = cases<Cuts>("cuts");
  const there = shown.map(({ kind, start, end, by }): Transition => ({
    kind, start_frame: start, end_frame: end, start_s: 0, end_s: 0, found_by: by ?? "blends", score: 1, edited_by: by, edited_at: null,
  }));

  it.each(edits)("a $kind over $length frames that was at $was goes just where the server takes it", ({ kind, length, was, taken }) => {
    const without = was && { start: was[0], end: was[1] };
    const same = shown.find((one) => one.kind === kind && one.start === was?.[0] && one.end === was[1]);
    const starts = Array.from({ length: 109 }, (_, i) => i + 1).filter((start) => start !== same?.start); // there it changes nothing
    expect(starts.filter((start) => whyNot(there, frames, kind, { start, end: start + length }, without) === null)).toEqual(taken);
  });
});

it("seeks each frame and knows the one on the screen as the package does", () => {
  for (const { table, seek, shown } of cases<{ table: TimelineTable; seek: number[]; shown: [number, number][] }[]>("timelines")) {
    const timeline = new Timeline(table);
    seek.forEach((second, frame) => expect(timeline.seekTime(frame)).toBeCloseTo(second, 9));
    expect(shown.map(([second]) => [second, timeline.frameAt(second)])).toEqual(shown);
  }
});

describe("points", () => {
  interface Points {
    spans: { text: string; start: number; end: number; words: string; fits: boolean }[];
    frames: { start_frame: number; end_frame: number; in: number; out: number }[];
  }
  const { spans, frames } = cases<Points>("points");
  const blank: Point = newPoint(null, []);

  it.each(spans)("$words at $start to $end of $text", ({ text, fits: right, ...span }) => {
    expect(fits(text, { ...blank, ...span })).toBe(right);
    if (right) expect(sliceCodePoints(text, span.start, span.end)).toBe(span.words);
  });
  it("are read from the first frame to the last", () => {
    for (const { in: first, out, ...frame } of frames) expect(shownFrames(frame)).toEqual({ in: first, out });
  });
});
