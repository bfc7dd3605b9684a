/** Completing the names of primitives in a query: the word at the caret, what it may become, the text with it put in. */

/** As much of a primitive as completion needs. */
export interface Named {
  id: string;
  title: string;
  group: string;
}
export interface Word {
  text: string;
  start: number;
  end: number;
}

const SIGN = /[\p{L}\p{N}_.-]/u;
const JOINING = new Set(["and", "or", "not"]);

/** The word that the caret stands in or behind; null where there is none. Hyphens join words, an arrow parts them. */
export function wordAt(text: string, caret: number): Word | null {
  let start = caret;
  while (start > 0 && SIGN.test(text[start - 1]!)) start -= 1;
  let end = caret;
  while (end < text.length && SIGN.test(text[end]!) && !text.startsWith("->", end)) end += 1;
  return start < end ? { text: text.slice(start, end), start, end } : null;
}

/** The primitives that a word may be the beginning of: ids that begin with it first, then those that hold it, then titles. */
export function suggestions<T extends Named>(all: T[], word: string, most = 8): T[] {
  const wanted = word.toLowerCase().replace(/-/g, "_");
  if (!wanted || JOINING.has(wanted)) return [];
  const rank = (each: T): number => {
    if (each.id === wanted) return 0;
    if (each.id.startsWith(wanted)) return 1;
    if (each.id.includes(`_${wanted}`)) return 2;
    if (each.id.includes(wanted)) return 3;
    return each.title.toLowerCase().includes(word.toLowerCase()) ? 4 : 5;
  };
  return all
    .map((each) => ({ each, rank: rank(each) }))
    .filter((found) => found.rank < 5)
    .sort((a, b) => a.rank - b.rank || a.each.id.length - b.each.id.length || (a.each.id < b.each.id ? -1 : 1))
    .slice(0, most)
    .map((found) => found.each);
}

/** The text with the word at the caret replaced, and where the caret stands then. */
export function completed(text: string, caret: number, id: string): { text: string; caret: number } {
  const word = wordAt(text, caret) ?? { start: caret, end: caret };
  return { text: text.slice(0, word.start) + id + text.slice(word.end), caret: word.start + id.length };
}
