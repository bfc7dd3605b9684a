/** The frames around a transition: old shot red, new green, mixed yellow, each under its number; a click shows the frame. */
import { stripAddress, type Stretch } from "../api/cuts";
import { say, words } from "../words";
import { around, sideOf, sidesOf } from "./strip";

/** Pictures are asked for once in this height and scaled by the page. */
const HEIGHT = 90;

export function Strip({ hash, table, frames, place, lazy, onFrame }: {
  hash: string; table: string; frames: number; place: Stretch; lazy: boolean; onFrame: (frame: number) => void;
}) {
  const w = words.cuts;
  const shown = around(frames, place);
  return (
    <div className="strip" data-testid="strip">
      <img
        src={stripAddress(hash, table, place, sidesOf(place), HEIGHT)} alt={say(w.stripAlt, { from: shown[0] ?? 0, to: shown.at(-1) ?? 0 })}
        loading={lazy ? "lazy" : "eager"} draggable={false}
      />
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
