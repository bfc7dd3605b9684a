/** What is typed on one item, and how it changes: ratings, marks, critique. */
import { FAILURES, RATED, type AuditItem, type Failure, type Mark, type Rated, type Ratings } from "../api/audit";
import type { Scratch } from "../api/server";
import { codePointLength, sliceCodePoints, type Span } from "../lib/codepoints";

export interface Auditing {
  v: 1;
  kind: "audit";
  ratings: Partial<Ratings>;
  spans: Mark[];
  critique: string;
}

const whole = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value);

/** The page's own shape of whatever was kept; where nothing was, the answer as it stands. */
export function revived(item: AuditItem, kept: Scratch): Auditing {
  const found = kept as Partial<Auditing>;
  if (found.v !== 1 || found.kind !== "audit") {
    const { ratings = {}, spans = [], critique = "" } = item.answer ?? {};
    return { v: 1, kind: "audit", ratings, spans, critique };
  }
  const given: Partial<Record<Rated, unknown>> = found.ratings ?? {};
  return {
    v: 1,
    kind: "audit",
    ratings: Object.fromEntries(RATED.flatMap((name) => (whole(given[name]) && given[name] >= 1 && given[name] <= 5 ? [[name, given[name]]] : []))),
    spans: (Array.isArray(found.spans) ? found.spans : []).filter((mark) => fits(item.caption, mark)),
    critique: typeof found.critique === "string" ? found.critique : "",
  };
}

/** Whether the mark names just these words of the caption. */
function fits(caption: string, mark: Mark): boolean {
  return whole(mark.start) && whole(mark.end) && FAILURES.includes(mark.failure) && sliceCodePoints(caption, mark.start, mark.end) === mark.words;
}

export const isWhole = (ratings: Partial<Ratings>): ratings is Ratings => RATED.every((name) => ratings[name] !== undefined);

/** The first rating that is still open, from `after` on and then from the top. */
export function nextOpen(ratings: Partial<Ratings>, after: Rated): Rated | null {
  const from = RATED.indexOf(after) + 1;
  return [...RATED.slice(from), ...RATED.slice(0, from)].find((name) => ratings[name] === undefined) ?? null;
}

const same = (one: Mark, other: Mark) => one.start === other.start && one.end === other.end && one.failure === other.failure;

/** With the words marked, in the order of the caption; the same mark again takes it away. */
export function toggled(spans: Mark[], span: Span, failure: Failure): Mark[] {
  const mark = { start: span.start, end: span.end, words: span.words, failure };
  if (spans.some((each) => same(each, mark))) return spans.filter((each) => !same(each, mark));
  return [...spans, mark].sort((a, b) => a.start - b.start || a.end - b.end || FAILURES.indexOf(a.failure) - FAILURES.indexOf(b.failure));
}

/** Information that is missing, and no words stand where it is: marked behind the last ones. */
export function behind(caption: string): Span {
  const end = codePointLength(caption);
  return { start: end, end, words: "" };
}

export const nameOf = (mark: Mark) => `${mark.start}-${mark.end}-${mark.failure}`;
