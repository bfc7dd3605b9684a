/**
 * The frames around a transition: old shot red, new green, mixed yellow, each under its number; a click shows the frame.
 * The picture is asked for where its row has rested in view, a few at a time, and given up when the row leaves: a fast
 * scroll asks for nothing, and edits never wait behind pictures.
 */
import { useEffect, useRef, useState } from "react";
import { stripAddress, type Stretch } from "../api/cuts";
import { say, words } from "../words";
import { HEIGHT, around, sideOf, sidesOf } from "./strip";
import { Turns } from "./turns";

/** While a cut is moved step by step, or the list is scrolled, only the places where it rests are asked for. */
const REST_MS = 150;
const RETRY_MS = 2_000;
const RETRY_MOST_MS = 60_000;
/** A browser speaks with a server over six connections. */
const turns = new Turns(3);

let stirredAt = 0;
/** The list moves: nothing is asked for until it rests. */
export function stir(): void {
  stirredAt = performance.now();
}

export function Strip({ hash, table, frames, aspect, place, current, inView, onFrame }: {
  hash: string; table: string; frames: number; aspect: number; place: Stretch; current: boolean; inView: boolean;
  onFrame: (frame: number) => void;
}) {
  const w = words.cuts;
  const sides = sidesOf(place, aspect);
  const shown = around(frames, place, sides);
  const wanted = stripAddress(hash, table, place, sides, HEIGHT);
  const [source, setSource] = useState<string | null>(null);
  const [loaded, setLoaded] = useState<string | null>(null);
  const [failed, setFailed] = useState<{ source: string; times: number } | null>(null);
  const [again, setAgain] = useState(0);
  const end = useRef<() => void>(undefined);
  const isLoaded = loaded === wanted;
  const hasFailed = failed?.source === wanted && !isLoaded;

  useEffect(() => {
    if (!inView || isLoaded) return;
    let timer = 0;
    const whenAtRest = (rest: number) => {
      timer = window.setTimeout(() => {
        const left = stirredAt + REST_MS - performance.now();
        if (left > 0) whenAtRest(left);
        else end.current = turns.ask(() => setSource(wanted), current);
      }, rest);
    };
    whenAtRest(REST_MS);
    return () => {
      window.clearTimeout(timer);
      end.current?.();
      setSource((before) => (before === wanted ? null : before)); // not loaded yet: the browser gives it up
    };
    // That it becomes the chosen one asks for nothing anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [inView, isLoaded, wanted, again]);

  const retry = () => setAgain((count) => count + 1);
  const times = failed?.times ?? 0;
  useEffect(() => {
    if (!hasFailed || !inView) return;
    const timer = window.setTimeout(retry, Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** (times - 1)));
    window.addEventListener("online", retry);
    return () => {
      window.clearTimeout(timer);
      window.removeEventListener("online", retry);
    };
  }, [hasFailed, inView, times]);

  const address = source ?? loaded; // until the new one is here the old one stays, dimmed
  return (
    <div
      className={isLoaded ? "strip" : "strip waiting"} data-testid="strip" data-loaded={String(isLoaded)}
      style={{ width: Math.round(shown.length * HEIGHT * aspect), aspectRatio: shown.length * aspect }}
    >
      {/* Always the same element: one that loses its address stops loading, one that is taken away may go on. */}
      <img
        src={address ?? undefined} hidden={!address} alt={say(w.stripAlt, { from: shown[0] ?? 0, to: shown.at(-1) ?? 0 })} draggable={false}
        fetchPriority={current ? "auto" : "low"}
        onLoad={() => {
          if (!address) return;
          setLoaded(address);
          setFailed(null);
          if (address === source) end.current?.();
        }}
        onError={() => {
          if (!address) return;
          end.current?.();
          setSource(null);
          if (address === loaded) setLoaded(null);
          setFailed((before) => ({ source: address, times: before?.source === address ? before.times + 1 : 1 }));
        }}
      />
      {(inView || isLoaded) && (
        <div className="strip-cells">
          {shown.map((frame) => {
            const side = sideOf(frame, place);
            return (
              <span
                key={frame} className={`strip-cell ${side}`} title={say(w.cellTitle, { frame, side: w.sides[side] })} data-testid="strip-cell" data-frame={frame}
                data-side={side} onClick={(event) => {
                  event.stopPropagation();
                  onFrame(frame);
                }}
              >
                <span className="strip-number">{frame}</span>
              </span>
            );
          })}
        </div>
      )}
      {hasFailed && (
        <button
          type="button" className="text-button strip-failed" data-testid="strip-retry" onClick={(event) => {
            event.stopPropagation();
            retry();
          }}
        >
          {w.tryStrip}
        </button>
      )}
    </div>
  );
}
