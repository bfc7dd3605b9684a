/** The difference of two captions in words. */
import { diffArrays } from "diff";

export interface Piece {
  kind: "same" | "gone" | "new";
  text: string;
}

/** Words, blanks and marks; a Han, Hiragana or Katakana sign is a word of its own. Joined again they give the text. */
export function words(text: string): string[] {
  return (
    text.match(
      /\s+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]\p{M}*|[\p{L}\p{N}\p{M}]+(?:['’-][\p{L}\p{N}\p{M}]+)*|[^]/gu,
    ) ?? []
  );
}

/**
 * What became of `before`: pieces in reading order. The "same" and "gone" pieces joined are `before`, the "same" and
 * "new" ones `after`. A lone blank between two changes is drawn into them, so that a rewritten phrase reads as a phrase.
 */
export function wordDiff(before: string, after: string): Piece[] {
  const raw: Piece[] = diffArrays(words(before), words(after)).map((part) => ({
    kind: part.added ? "new" : part.removed ? "gone" : "same",
    text: part.value.join(""),
  }));
  const pieces: Piece[] = [];
  let gone = "";
  let fresh = "";
  const flush = () => {
    const tail = gone && fresh ? sharedTail(gone, fresh) : "";
    const push = (kind: Piece["kind"], text: string) => text && pieces.push({ kind, text });
    push("gone", gone.slice(0, gone.length - tail.length));
    push("new", fresh.slice(0, fresh.length - tail.length));
    push("same", tail);
    gone = fresh = "";
  };
  raw.forEach((piece, index) => {
    if (piece.kind === "gone") gone += piece.text;
    else if (piece.kind === "new") fresh += piece.text;
    else if (gone && fresh && /^\s+$/.test(piece.text) && raw[index + 1]) {
      gone += piece.text;
      fresh += piece.text;
    } else {
      flush();
      pieces.push({ kind: "same", text: piece.text });
    }
  });
  flush();
  return pieces;
}

/** The blanks with which both end. */
function sharedTail(a: string, b: string): string {
  const tail = /\s*$/.exec(a)![0];
  return b.endsWith(tail) ? tail : "";
}

/** How many words went and came. */
export function changeCount(pieces: Piece[]): { gone: number; fresh: number } {
  const count = (kind: Piece["kind"]) =>
    pieces.filter((piece) => piece.kind === kind).reduce((sum, piece) => sum + (piece.text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0), 0);
  return { gone: count("gone"), fresh: count("new") };
}
