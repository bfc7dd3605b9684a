/** The points, numbered as in the draft. A click seeks to a point's frames and loops them. */
import type { ReactNode } from "react";
import type { Point, Ticks } from "../api/server";
import { UserText } from "../parts/parts";
import type { BarRange } from "../player/Bar";
import type { PlayerEngine } from "../player/engine";
import { say, words } from "../words";
import { shownFrames } from "./points";

interface Props {
  points: Point[];
  active: string | null;
  onHover: (id: string | null) => void;
  onPoint: (point: Point) => void;
  ticks?: Ticks | undefined;
  notApplied?: Record<string, string> | undefined;
  applied?: string[] | undefined;
  actions?: ((point: Point) => ReactNode) | undefined;
}

export function PointList({ points, active, onHover, onPoint, ticks, notApplied, applied, actions }: Props) {
  const w = words.point;
  if (points.length === 0) return null;
  return (
    <ol className="points" data-testid="points">
      {points.map((point, i) => {
        const frames = shownFrames(point);
        const why = notApplied?.[point.id];
        const tick = ticks?.[point.id];
        return (
          <li
            key={point.id} className={active === point.id ? "point active" : "point"} data-testid="point" data-point={point.id}
            onMouseEnter={() => onHover(point.id)} onMouseLeave={() => onHover(null)}
          >
            <button type="button" className="point-main" onClick={() => onPoint(point)} onFocus={() => onHover(point.id)} onBlur={() => onHover(null)}>
              <span className="point-number">{i + 1}</span>
              <span className="point-said">
                <span className={`point-kind ${point.kind}`}>{w.kinds[point.kind]}</span>{" "}
                {point.words && <UserText className="quote" text={point.words} />}
                {point.words && point.instruction && <span className="dim"> {w.arrow[point.kind]} </span>}
                {point.instruction ? (
                  <UserText className="instruction" text={point.instruction} />
                ) : (
                  point.kind !== "delete" && <span className="dim"> {w.noMend}</span>
                )}
                <span className="point-facts">
                  {frames && <span className="tabular">{say(w.range, frames)}</span>}
                  <span>{w.severities[point.severity]}</span>
                  {point.primitive && <UserText text={point.primitive} />}
                  {point.topic && <UserText text={point.topic} />}
                  {applied?.includes(point.id) && <span className="good">{w.applied}</span>}
                  {why !== undefined && (
                    <span className="bad">{w.notApplied} <UserText text={why} /></span>
                  )}
                  {tick && <span className={tick === "agreed" ? "good" : "bad"}>{w.ticks[tick]}</span>}
                </span>
              </span>
            </button>
            {actions && <span className="point-actions">{actions(point)}</span>}
          </li>
        );
      })}
    </ol>
  );
}

/** Show a point's frames: go there and loop. */
export function showPoint(engine: PlayerEngine | null, point: Point): void {
  if (!engine || point.start_frame === null || point.end_frame === null) return;
  engine.playRange({ start: point.start_frame, end: point.end_frame }, true);
}

/** The points' frames as the player's bar shows them. */
export function rangesOf(points: Point[], active: string | null): BarRange[] {
  return points.flatMap((point, i) =>
    point.start_frame === null || point.end_frame === null
      ? []
      : [{ id: point.id, name: say(words.point.numbered, { number: i + 1 }), start: point.start_frame, end: point.end_frame, active: active === point.id }],
  );
}
