/** The timeline bar: played part, marked range, the points' ranges, the playhead. A slider to assistive technology. */
import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { ClipName } from "../api/films";
import { timecode } from "../lib/timecode";
import type { PlayerEngine } from "./engine";
import { cellOf, useSheet } from "./previews";
import { usePlayerState } from "./use-player";
import { say, words } from "../words";

export interface BarRange {
  id: string;
  /** Shown to people: the point's number. */
  name: string;
  start: number;
  end: number;
  active: boolean;
}

interface Props {
  engine: PlayerEngine | null;
  hash: string;
  /** The clip that the player shows; left out where it shows the whole film. */
  clip?: ClipName | undefined;
  ranges: BarRange[];
}

/** Where the mouse is: pixels from the bar's left end, and the frame there. */
interface Place {
  x: number;
  frame: number;
}

export function Bar({ engine, hash, clip, ranges }: Props) {
  const state = usePlayerState(engine);
  const track = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState<Place | null>(null);
  const frames = engine?.frames ?? 1;
  const share = (frame: number) => `${(100 * frame) / frames}%`;
  const width = (start: number, end: number) => ({ left: share(start), width: share(end - start) });

  const placeAt = (event: PointerEvent): Place => {
    const box = track.current!.getBoundingClientRect();
    const x = Math.min(box.width, Math.max(0, event.clientX - box.left));
    return { x: Math.round(x), frame: Math.min(frames - 1, Math.floor((x / box.width) * frames)) };
  };
  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (!engine || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    engine.pause();
    engine.seek(placeAt(event).frame);
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (!engine) return;
    const place = placeAt(event);
    setOver(event.pointerType === "touch" ? null : place); // a finger hides what is under it, and hovers over nothing
    if (event.currentTarget.hasPointerCapture(event.pointerId)) engine.seek(place.frame);
  };
  const key = (event: KeyboardEvent) => {
    const by = { PageUp: -10, PageDown: 10, ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by || !engine) return;
    event.preventDefault();
    engine.step(by);
  };
  const marked = state.markIn !== null || state.markOut !== null;
  const markStart = state.markIn ?? 0;
  const markEnd = (state.markOut ?? frames - 1) + 1;
  return (
    <div
      className="bar" ref={track} role="slider" tabIndex={0} data-testid="bar" aria-label={words.player.bar}
      aria-valuemin={0} aria-valuemax={frames - 1} aria-valuenow={state.frame}
      aria-valuetext={engine ? say(words.player.barValue, { frame: state.frame, code: timecode(engine.clock, state.frame) }) : undefined}
      onPointerDown={down} onPointerMove={move} onPointerLeave={() => setOver(null)} onPointerCancel={() => setOver(null)} onKeyDown={key}
    >
      <div className="bar-track">
        <div className="bar-played" style={{ width: share(state.frame) }} />
        {marked && <div className="bar-marked" data-testid="bar-marked" style={width(markStart, markEnd)} />}
      </div>
      <div className="bar-points">
        {ranges.map((range) => (
          <div
            key={range.id} className={range.active ? "bar-point active" : "bar-point"} title={range.name}
            style={width(range.start, range.end)}
          />
        ))}
      </div>
      <div className="bar-head" style={{ left: share(state.frame + 0.5) }} />
      {engine && <Over engine={engine} hash={hash} clip={clip} place={over} />}
    </div>
  );
}

/** The widest that a time and a number are, and what the edge takes. */
const LABEL_WIDTH = 150;
const EDGES = 2;

/** What the place under the mouse looks like, with its time and number. For eyes alone: the slider speaks for itself. */
function Over({ engine, hash, clip, place }: { engine: PlayerEngine; hash: string; clip: ClipName | undefined; place: Place | null }) {
  const sheet = useSheet(hash, clip, engine.first, engine.first + engine.frames, place !== null);
  if (!place) return null;
  const cell = sheet && cellOf(sheet.previews, engine.first + place.frame);
  const width = Math.max(LABEL_WIDTH, sheet?.previews.width ?? 0) + EDGES;
  return (
    <div aria-hidden="true">
      <div className="bar-over-line" style={{ left: place.x }} />
      <div
        className="bar-over" data-testid="bar-over" data-frame={place.frame} data-cell={cell?.frame}
        style={{ width, left: `clamp(0px, ${place.x - width / 2}px, calc(100% - ${width}px))` }}
      >
        {sheet && cell && (
          <div
            className="bar-over-picture" data-testid="bar-over-picture" style={{
              width: sheet.previews.width, height: sheet.previews.height, backgroundImage: `url("${sheet.picture}")`,
              backgroundPosition: `-${cell.x}px -${cell.y}px`,
            }}
          />
        )}
        <span className="bar-over-label">
          {timecode(engine.clock, place.frame)} <strong>{place.frame}</strong>
        </span>
      </div>
    </div>
  );
}
