/**
 * The server counts code points, the browser counts UTF-16 units. "a🎬b".length is 4 here and 3 there.
 * Everything that leaves for the server or comes from it goes through these functions.
 */

/** Code points before the UTF-16 offset `units` of `text`. An offset inside a surrogate pair counts the pair as not yet passed. */
export function toCodePoints(text: string, units: number): number {
  let points = 0;
  for (let at = 0; at < Math.min(units, text.length); ) {
    const next = at + (text.codePointAt(at)! > 0xffff ? 2 : 1);
    if (next > units) break;
    at = next;
    points += 1;
  }
  return points;
}

/** The UTF-16 offset at which code point number `points` of `text` begins. */
export function toUnits(text: string, points: number): number {
  let units = 0;
  for (let count = 0; count < points && units < text.length; count += 1) {
    units += text.codePointAt(units)! > 0xffff ? 2 : 1;
  }
  return units;
}

export function codePointLength(text: string): number {
  return toCodePoints(text, text.length);
}

/** The words between two code points. */
export function sliceCodePoints(text: string, start: number, end: number): string {
  return text.slice(toUnits(text, start), toUnits(text, end));
}

export interface Span {
  /** First code point. */
  start: number;
  /** One past the last code point. */
  end: number;
  words: string;
}

/**
 * A selection in UTF-16 units as a span in code points, without blanks at its ends, and widened so that it splits no
 * character that a person sees as one (a letter and its combining mark, a family of emoji). Null when nothing is left.
 */
export function spanOfSelection(text: string, fromUnits: number, toUnitsEnd: number): Span | null {
  let from = Math.max(0, Math.min(fromUnits, toUnitsEnd));
  let to = Math.min(text.length, Math.max(fromUnits, toUnitsEnd));
  while (from < to && /\s/u.test(text[from]!)) from += 1;
  while (to > from && /\s/u.test(text[to - 1]!)) to -= 1;
  if (from === to) return null;
  for (const { segment, index } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)) {
    const end = index + segment.length;
    if (index < from && from < end) from = index;
    if (index < to && to < end) to = end;
  }
  return { start: toCodePoints(text, from), end: toCodePoints(text, to), words: text.slice(from, to) };
}

/** Where the same words stand in another text: the span when they occur exactly once, else null. */
export function relocate(text: string, words: string): Span | null {
  if (!words) return null;
  const first = text.indexOf(words);
  if (first < 0 || text.indexOf(words, first + 1) >= 0) return null;
  const start = toCodePoints(text, first);
  return { start, end: start + codePointLength(words), words };
}
