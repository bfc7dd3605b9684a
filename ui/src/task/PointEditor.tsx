/** One point being written: what kind of mend, which words, what instead, where in the video. */
import { useEffect, useId, useRef, type KeyboardEvent } from "react";
import type { Point, PointKind, Severity } from "../api/server";
import type { Primitive } from "../api/spec";
import { codePointLength } from "../lib/codepoints";
import type { PlayerEngine } from "../player/engine";
import { usePlayerPart } from "../player/use-player";
import { UserText } from "../parts/parts";
import { say, words } from "../words";
import { shownFrames } from "./points";

export const KINDS: PointKind[] = ["replace", "insert", "delete", "reorder", "remark"];
const SEVERITIES: Severity[] = ["minor", "major", "critical"];

interface Props {
  point: Point;
  isNew: boolean;
  draft: string;
  primitives: Primitive[];
  topics: string[];
  engine: PlayerEngine | null;
  onChange: (point: Point) => void;
  onKeep: () => void;
  onCancel: () => void;
}

export function PointEditor({ point, isNew, draft, primitives, topics, engine, onChange, onKeep, onCancel }: Props) {
  const w = words.point;
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const marked = usePlayerPart(engine, (state) => state.markIn !== null || state.markOut !== null);
  useEffect(() => field.current?.focus({ preventScroll: true }), [point.id]);
  const set = (change: Partial<Point>) => onChange({ ...point, ...change });
  const frames = shownFrames(point);

  const setKind = (kind: PointKind) => {
    const end = codePointLength(draft);
    if (kind === "insert" && point.start === null) set({ kind, start: end, end, words: "" });
    else if (kind !== "insert" && kind !== "remark" && point.words === "") return;
    else if (kind === "remark" && point.words === "") set({ kind, start: null, end: null });
    else set({ kind });
  };
  const takeMarks = () => {
    const range = engine?.markedRange();
    if (range) set({ start_frame: range.start, end_frame: range.end });
  };
  const key = (event: KeyboardEvent) => {
    const digit = /^Digit([1-5])$/.exec(event.code);
    if (event.altKey && digit) setKind(KINDS[Number(digit[1]) - 1]!);
    else if (event.altKey && event.code === "KeyU") takeMarks();
    else if (event.key === "Escape") onCancel();
    else if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey && event.target === field.current) onKeep();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="point-editor" data-testid="point-editor" role="group" aria-label={isNew ? w.newTitle : w.editTitle} onKeyDown={key}>
      <div className="row">
        <div className="segments" role="radiogroup" aria-label={w.kind} data-testid="point-kind">
          {KINDS.map((kind, i) => {
            const needsWords = kind !== "insert" && kind !== "remark" && point.words === "";
            return (
              <label key={kind} className={point.kind === kind ? "segment on" : "segment"} title={`${w.kindHelp[kind]} (Alt ${i + 1})`}>
                <input
                  type="radio" name={`${id}-kind`} value={kind} checked={point.kind === kind} disabled={needsWords}
                  onChange={() => setKind(kind)} data-testid={`point-kind-${kind}`}
                />
                {w.kinds[kind]}
              </label>
            );
          })}
        </div>
        <label className="inline">
          <span className="dim">{w.severity}</span>
          <select value={point.severity} data-testid="point-severity" onChange={(event) => set({ severity: event.target.value as Severity })}>
            {SEVERITIES.map((each) => (
              <option key={each} value={each}>{w.severities[each]}</option>
            ))}
          </select>
        </label>
      </div>
      <div className="point-words">
        <span className="dim">{w.wordsLead[point.kind]}</span>{" "}
        {point.words ? <UserText as="span" className="quote" text={point.words} /> : <span>{point.start === null ? w.noWords : w.atEnd}</span>}
      </div>
      <label className="field">
        <span>{w.instruction[point.kind]}</span>
        <textarea
          ref={field} dir="auto" rows={2} value={point.instruction} data-testid="point-instruction"
          placeholder={w.placeholder[point.kind]} onChange={(event) => set({ instruction: event.target.value })}
        />
      </label>
      {point.kind === "reorder" && (
        <div className="row tight">
          {w.reorderPlaces.map((place) => (
            <button key={place} type="button" className="text-button" onClick={() => {
              set({ instruction: place });
              field.current?.focus();
            }}>
              {place}
            </button>
          ))}
        </div>
      )}
      <div className="row">
        <span className="inline">
          <span className="dim">{w.frames}</span>
          <span className="tabular" data-testid="point-frames">{frames ? say(w.range, frames) : w.noFrames}</span>
          <button type="button" className="small" disabled={!marked} onClick={takeMarks} data-testid="point-use-marks" title={`${w.useMarks} (Alt U)`}>
            {w.useMarks}
          </button>
          {frames && (
            <button type="button" className="text-button" onClick={() => set({ start_frame: null, end_frame: null })}>{w.clearFrames}</button>
          )}
        </span>
        <label className="inline grow">
          <span className="dim">{w.primitive}</span>
          <input
            list={`${id}-primitives`} value={point.primitive ?? ""} data-testid="point-primitive" placeholder={w.optional}
            onChange={(event) => set({ primitive: event.target.value || null })}
          />
          <datalist id={`${id}-primitives`}>
            {primitives.map((each) => (
              <option key={each.id} value={each.id}>{each.title}</option>
            ))}
          </datalist>
        </label>
        <label className="inline grow">
          <span className="dim">{w.topic}</span>
          <input
            list={`${id}-topics`} value={point.topic ?? ""} data-testid="point-topic" placeholder={w.optional}
            onChange={(event) => set({ topic: event.target.value || null })}
          />
          <datalist id={`${id}-topics`}>
            {topics.map((each) => <option key={each} value={each} />)}
          </datalist>
        </label>
      </div>
      <div className="row end">
        <button type="button" className="text-button" onClick={onCancel} data-testid="point-cancel">{w.cancel}</button>
        <button type="button" className="primary" onClick={onKeep} data-testid="point-keep">{isNew ? w.add : w.change}</button>
      </div>
    </div>
  );
}
