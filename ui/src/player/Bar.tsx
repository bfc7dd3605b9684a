/** The timeline bar: played part, marked range, the points' ranges, the playhead. A slider to assistive technology. */
import { useRef, type KeyboardEvent, type PointerEvent } from "react";
import { timecode } from "../lib/timecode";
import type { PlayerEngine } from "./engine";
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

export function Bar({ engine, ranges }: { engine: PlayerEngine | null; ranges: BarRange[] }) {
  const state = usePlayerState(engine);
  const track = useRef<HTMLDivElement>(null);
  const frames = engine?.frames ?? 1;
  const share = (frame: number) => `${(100 * frame) / frames}%`;
  const width = (start: number, end: number) => ({ left: share(start), width: share(end - start) });

  const frameAt = (event: PointerEvent) => {
    const box = track.current!.getBoundingClientRect();
    return Math.min(frames - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * frames)));
  };
  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (!engine || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    engine.pause();
    engine.seek(frameAt(event));
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (engine && event.currentTarget.hasPointerCapture(event.pointerId)) engine.seek(frameAt(event));
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
      aria-valuetext={engine ? say(words.player.barValue, { frame: state.frame, code: timecode(engine.stretch, state.frame) }) : undefined}
      onPointerDown={down} onPointerMove={move} onKeyDown={key}
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
    </div>
  );
}
