/** Every transition with its strip. A row is drawn again when it changes, whatever happens to the others: there may be hundreds. */
import { memo, useEffect, useRef, useState } from "react";
import type { Cuts, Stretch, Transition } from "../api/cuts";
import { timecode } from "../lib/timecode";
import type { PlayerEngine } from "../player/engine";
import { say, words } from "../words";
import { isAt, nameOf, placeOf } from "./rule";
import { Strip, stir } from "./Strip";

export function times(engine: PlayerEngine | null, place: Stretch): string {
  if (!engine) return "";
  const start = timecode(engine.clock, place.start);
  return place.end === place.start ? start : `${start} – ${timecode(engine.clock, place.end)}`;
}

export function numbers(one: Transition): string {
  return one.start_frame === one.end_frame ? String(one.start_frame) : `${one.start_frame} – ${one.end_frame}`;
}

export function List({ cuts, shown, ids, chosen, engine, onChoose, onFrame }: {
  cuts: Cuts; shown: Transition[]; ids: number[]; chosen: Stretch | null; engine: PlayerEngine | null; onChoose: (place: Stretch) => void;
  onFrame: (place: Stretch, frame: number) => void;
}) {
  const w = words.cuts;
  const place = chosen ? nameOf(chosen) : "";
  useEffect(() => {
    stir();
    if (place) document.getElementById(`cut-${place}`)?.scrollIntoView({ block: "nearest" });
  }, [place]);
  if (shown.length === 0) return <p className="dim cuts-none" data-testid="no-cuts">{cuts.detection.state === "done" ? w.nothing : w.nothingYet}</p>;
  const { hash, table, frames, aspect } = cuts.video;
  return (
    <div
      className="cuts-list" role="listbox" aria-label={w.title} tabIndex={0} aria-activedescendant={place ? `cut-${place}` : undefined}
      onScroll={stir} data-testid="cuts-list"
    >
      {shown.map((one, i) => (
        <Row
          key={ids[i]} one={one} number={i + 1} current={chosen !== null && isAt(one, chosen)} hash={hash} table={table} frames={frames} aspect={aspect}
          engine={engine} onChoose={onChoose} onFrame={onFrame}
        />
      ))}
    </div>
  );
}

interface RowProps {
  one: Transition;
  number: number;
  current: boolean;
  hash: string;
  table: string;
  frames: number;
  aspect: number;
  engine: PlayerEngine | null;
  onChoose: (place: Stretch) => void;
  onFrame: (place: Stretch, frame: number) => void;
}

const SHOWN = ["kind", "start_frame", "end_frame", "found_by", "score", "edited_by"] as const;
/** Each answer brings new objects for the same transitions. */
function isSameRow(before: RowProps, after: RowProps): boolean {
  const { one: was, ...rest } = before;
  const { one, ...others } = after;
  return SHOWN.every((name) => was[name] === one[name]) && Object.entries(rest).every(([name, value]) => value === others[name as keyof typeof others]);
}

const Row = memo(function Row({ one, number, current, hash, table, frames, aspect, engine, onChoose, onFrame }: RowProps) {
  const w = words.cuts;
  const row = useRef<HTMLDivElement>(null);
  const inView = useInView(row);
  const place = placeOf(one);
  return (
    <div
      id={`cut-${nameOf(place)}`} role="option" aria-selected={current} className={current ? "cut-row current" : "cut-row"} ref={row}
      onClick={() => onChoose(place)} data-testid="cut-row" data-start={one.start_frame} data-end={one.end_frame} data-by={one.found_by}
    >
      <div className="cut-facts">
        <span><strong>{number}</strong> {w.kinds[one.kind]}</span>
        <span className="cut-frame">{numbers(one)}</span>
        <span className="dim">{times(engine, place)}</span>
        {one.edited_by
          ? <span className="tag accent">{say(w.person, { who: one.edited_by })}</span>
          : <span className="dim">{one.found_by}, {one.score.toFixed(2)}</span>}
      </div>
      <Strip
        hash={hash} table={table} frames={frames} aspect={aspect} place={place} current={current} inView={inView} onFrame={(frame) => onFrame(place, frame)}
      />
    </div>
  );
}, isSameRow);

/** One observer for all rows. */
const watched = new WeakMap<Element, (inView: boolean) => void>();
let observer: IntersectionObserver | null = null;

function useInView(of: React.RefObject<HTMLElement | null>): boolean {
  const [inView, setInView] = useState(false);
  useEffect(() => {
    const element = of.current;
    if (!element) return;
    observer ??= new IntersectionObserver((entries) => entries.forEach((entry) => watched.get(entry.target)?.(entry.isIntersecting)));
    watched.set(element, setInView);
    observer.observe(element);
    return () => {
      watched.delete(element);
      observer?.unobserve(element);
    };
  }, [of]);
  return inView;
}
