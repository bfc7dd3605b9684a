/** Points in a text: pieces for showing them, and finding their words again in another draft. */
import type { Critique, Point } from "../api/server";
import { codePointLength, relocate, sliceCodePoints, toUnits, type Span } from "../lib/codepoints";
import { same } from "../lib/same";

/** What marks words of a text: a point of a critique, or a mark of an audit. */
export interface Marked {
  id: string;
  /** How it is shown. */
  kind: string;
  start: number | null;
  end: number | null;
}

export interface Piece<T extends Marked = Point> {
  text: string;
  /** Points that cover it, in list order. */
  points: T[];
  /** Points whose words begin here: their numbers are shown before it. */
  begins: T[];
}

/** A text cut where points begin and end. An insertion at a bare place gives an empty piece. */
export function pieces<T extends Marked>(text: string, points: T[]): Piece<T>[] {
  const placed = points.filter((point) => point.start !== null && point.end !== null);
  const cuts = new Set([0, codePointLength(text), ...placed.flatMap((point) => [point.start!, point.end!])]);
  const sorted = [...cuts].sort((a, b) => a - b);
  const result: Piece<T>[] = [];
  sorted.forEach((start, i) => {
    const empty = placed.filter((point) => point.start === start && point.end === start);
    if (empty.length) result.push({ text: "", points: empty, begins: empty });
    const end = sorted[i + 1];
    if (end === undefined) return;
    result.push({
      text: text.slice(toUnits(text, start), toUnits(text, end)),
      points: placed.filter((point) => point.start! <= start && point.end! >= end && point.end! > point.start!),
      begins: placed.filter((point) => point.start === start && point.end! > start),
    });
  });
  return result;
}

/** Whether the point still names just these words of this text. */
export function fits(text: string, point: Point): boolean {
  if (point.start === null || point.end === null) return true;
  return point.end <= codePointLength(text) && sliceCodePoints(text, point.start, point.end) === point.words;
}

/** The points for another draft: moved to where their words stand now, or kept as remarks where they are gone. */
export function reanchor(text: string, points: Point[]): Point[] {
  return points.map((point) => {
    if (fits(text, point)) return point;
    const span = relocate(text, point.words);
    if (span) return { ...point, start: span.start, end: span.end };
    return { ...point, kind: "remark", start: null, end: null, words: "", instruction: [point.words, point.instruction].filter(Boolean).join(": ") };
  });
}

export function newPoint(span: Span | null, taken: Point[]): Point {
  const numbers = taken.map((point) => Number(/^p(\d+)$/.exec(point.id)?.[1] ?? 0));
  return {
    id: `p${Math.max(0, ...numbers) + 1}`,
    kind: span ? "replace" : "remark",
    start: span?.start ?? null,
    end: span?.end ?? null,
    words: span?.words ?? "",
    start_frame: null,
    end_frame: null,
    primitive: null,
    topic: null,
    severity: "major",
    instruction: "",
  };
}

/** Whether two critiques say the same before any model put them into other words. */
export function samePlain(mine: { raw: string; points: Point[]; language: string }, theirs: Critique | null): boolean {
  return theirs !== null && sameCritique({ ...mine, polished: "" }, { ...theirs, polished: "" });
}

/** Whether two critiques say the same, so that none is sent twice: a new one voids the revision. */
export function sameCritique(mine: { raw: string; points: Point[]; language: string; polished?: string }, theirs: Critique | null): boolean {
  if (!theirs) return mine.raw.trim() === "" && mine.points.length === 0;
  return same(
    [mine.raw, mine.language, mine.polished ?? "", mine.points],
    [theirs.raw, theirs.language, theirs.polished, theirs.points],
  );
}

/** A point's frames as people read them: from the first to the last. */
export function shownFrames(point: Pick<Point, "start_frame" | "end_frame">): { in: number; out: number } | null {
  if (point.start_frame === null || point.end_frame === null) return null;
  return { in: point.start_frame, out: point.end_frame - 1 };
}
