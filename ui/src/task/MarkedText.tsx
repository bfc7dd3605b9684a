/**
 * A draft or an audited caption, with the words of each point marked. Words are chosen by mouse, or by keyboard: with the
 * focus on the text the arrows walk over its words, Shift widens, Enter takes them.
 */
import { useMemo, useRef, useState, type KeyboardEvent } from "react";
import { spanOfSelection, toUnits, type Span } from "../lib/codepoints";
import { words as splitWords } from "../lib/worddiff";
import { say, words } from "../words";
import { pieces, type Marked } from "./points";

interface Props<T extends Marked> {
  text: string;
  points: T[];
  active: string | null;
  onHover: (id: string | null) => void;
  onPoint?: ((point: T) => void) | undefined;
  onSelect?: ((span: Span) => void) | undefined;
  /** Read by screen readers; by default that of a draft. */
  label?: string | undefined;
}

export function MarkedText<T extends Marked>({ text, points, active, onHover, onPoint, onSelect, label }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const cut = useMemo(() => pieces(text, points), [text, points]);
  const number = (point: T) => points.indexOf(point) + 1;

  const take = () => {
    const selection = window.getSelection();
    if (!onSelect || !box.current || !selection || selection.rangeCount === 0 || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    if (!box.current.contains(range.startContainer) || !box.current.contains(range.endContainer)) return;
    const before = document.createRange();
    before.setStart(box.current, 0);
    before.setEnd(range.startContainer, range.startOffset);
    const from = before.toString().length;
    const span = spanOfSelection(text, from, from + range.toString().length);
    if (span) onSelect(span);
  };

  const [walk, setWalk] = useState<[number, number] | null>(null);
  const places = useMemo(() => {
    let at = 0;
    return splitWords(text)
      .map((word) => ({ word, from: at, to: (at += word.length) }))
      .filter(({ word }) => /[\p{L}\p{N}]/u.test(word));
  }, [text]);
  const walked = walk ? spanOfSelection(text, places[Math.min(...walk)]!.from, places[Math.max(...walk)]!.to) : null;
  const key = (event: KeyboardEvent) => {
    if (!onSelect || event.ctrlKey || event.altKey || event.metaKey || places.length === 0) return;
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by) {
      const head = walk ? Math.max(0, Math.min(places.length - 1, walk[1] + by)) : 0;
      setWalk([event.shiftKey && walk ? walk[0] : head, head]);
    } else if (event.key === "Enter" && walked) {
      onSelect(walked);
      setWalk(null);
    } else if (event.key === "Escape" && walk) setWalk(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      <div
        ref={box} dir="auto" className={onSelect ? "user-text caption draft selectable" : "user-text caption draft"}
        data-testid="draft" tabIndex={onSelect ? 0 : undefined} role={onSelect ? "group" : undefined}
        aria-label={onSelect ? (label ?? words.caption.draftLabel) : undefined} onMouseUp={take} onTouchEnd={take} onKeyDown={key}
        onBlur={() => setWalk(null)}
      >
        {walked ? (
          <WalkedText text={text} span={walked} />
        ) : (
          cut.map((piece, i) =>
            piece.points.length === 0 ? (
              <span key={i}>{piece.text}</span>
            ) : (
              <mark
                key={i}
                className={[
                  ...piece.points.map((point) => point.kind),
                  piece.text === "" ? "bare" : "",
                  piece.points.some((point) => point.id === active) ? "active" : "",
                ].join(" ")}
                data-numbers={piece.begins.length ? piece.begins.map(number).join(" ") : undefined}
                data-point={piece.points.at(-1)!.id}
                onMouseEnter={() => onHover(piece.points.at(-1)!.id)}
                onMouseLeave={() => onHover(null)}
                onClick={() => window.getSelection()?.isCollapsed !== false && onPoint?.(piece.points.at(-1)!)}
              >
                {piece.text}
              </mark>
            ),
          )
        )}
      </div>
      {walked && (
        <p className="hint" role="status">
          {say(words.caption.walked, { words: walked.words })}
        </p>
      )}
    </>
  );
}

function WalkedText({ text, span }: { text: string; span: Span }) {
  const from = toUnits(text, span.start);
  const to = toUnits(text, span.end);
  return (
    <>
      <span>{text.slice(0, from)}</span>
      <mark className="walked">{text.slice(from, to)}</mark>
      <span>{text.slice(to)}</span>
    </>
  );
}
