/** The frames around a transition: old shot red, new green, mixed yellow, each under its number; a click shows the frame. */
import { useEffect, useState } from "react";
import { stripAddress, type Stretch } from "../api/cuts";
import { say, words } from "../words";
import { around, sideOf, sidesOf } from "./strip";

/** Pictures are asked for once in this height and scaled by the page. */
const HEIGHT = 90;
/** While a cut is moved step by step only the places where it rests are asked for. */
const REST_MS = 150;

export function Strip({ hash, table, frames, place, lazy, onFrame }: {
  hash: string; table: string; frames: number; place: Stretch; lazy: boolean; onFrame: (frame: number) => void;
}) {
  const w = words.cuts;
  const shown = around(frames, place);
  const wanted = stripAddress(hash, table, place, sidesOf(place), HEIGHT);
  const [source, setSource] = useState(wanted);
  const [loaded, setLoaded] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    const timer = window.setTimeout(() => setSource(wanted), REST_MS);
    return () => window.clearTimeout(timer);
  }, [wanted]);
  return (
    <div className={loaded === wanted ? "strip" : "strip waiting"} style={{ aspectRatio: loaded ? undefined : `${shown.length * 16} / 9` }} data-testid="strip" data-loaded={String(loaded === wanted)}>
      <img
        src={source} alt={say(w.stripAlt, { from: shown[0] ?? 0, to: shown.at(-1) ?? 0 })} loading={lazy ? "lazy" : "eager"} draggable={false}
        onLoad={() => setLoaded(source)} onError={() => setFailed(source)}
      />
      {failed === wanted && <span className="strip-failed" role="alert">{w.noStrip}</span>}
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
    </div>
  );
}
