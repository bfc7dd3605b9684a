/** Two texts and what lies between them: inline, side by side, or the later one alone. */
import { changeCount, wordDiff } from "../lib/worddiff";
import { say, words } from "../words";
import { UserText } from "./parts";

const VIEWS = ["inline", "side", "clean"] as const;
export type DiffView = (typeof VIEWS)[number];
export const nextView = (view: DiffView): DiffView => VIEWS[(VIEWS.indexOf(view) + 1) % VIEWS.length]!;

/** Colour is not the only sign: what went is struck through, what came is underlined. */
export function Diff({ before, after, view = "inline", testid }: { before: string; after: string; view?: DiffView; testid?: string }) {
  const w = words.diff;
  if (view === "clean") return <UserText as="div" className="caption" text={after} testid={testid ?? "diff"} />;
  const pieces = wordDiff(before, after);
  const render = (left: boolean, right: boolean) =>
    pieces.map((piece, i) => {
      if (piece.kind === "gone") return left ? <del key={i}>{piece.text}</del> : null;
      if (piece.kind === "new") return right ? <ins key={i}>{piece.text}</ins> : null;
      return <span key={i}>{piece.text}</span>;
    });
  if (view === "side") {
    return (
      <div className="diff-side" data-testid={testid ?? "diff"}>
        <div>
          <h3>{w.before}</h3>
          <div dir="auto" className="user-text caption">{render(true, false)}</div>
        </div>
        <div>
          <h3>{w.after}</h3>
          <div dir="auto" className="user-text caption">{render(false, true)}</div>
        </div>
      </div>
    );
  }
  return (
    <div dir="auto" className="user-text caption diff" data-testid={testid ?? "diff"}>
      {render(true, true)}
    </div>
  );
}

export function DiffChoice({ view, onChange }: { view: DiffView; onChange: (view: DiffView) => void }) {
  return (
    <span className="segments" role="group" aria-label={words.diff.view}>
      {VIEWS.map((each) => (
        <button
          key={each} type="button" className={view === each ? "segment on" : "segment"} aria-pressed={view === each}
          onClick={() => onChange(each)} data-testid={`diff-${each}`}
        >
          {words.diff.views[each]}
        </button>
      ))}
    </span>
  );
}

export function DiffCount({ before, after }: { before: string; after: string }) {
  const count = changeCount(wordDiff(before, after));
  return <p className="dim small-text">{before === after ? words.diff.same : say(words.diff.count, count)}</p>;
}
