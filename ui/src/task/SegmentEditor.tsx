/** What the camera does, stretch by stretch: a row for each, with one or more movements and perhaps its frames. */
import { useEffect, useRef, type KeyboardEvent } from "react";
import type { Field, Segment } from "../api/spec";
import { added, moved, removed, timed, timesOf, toggled, troubleOf } from "../lib/segments";
import { Icon } from "../parts/Icon";
import type { PlayerEngine } from "../player/engine";
import { usePlayerPart } from "../player/use-player";
import { say, words } from "../words";

interface Props {
  field: Field;
  rows: Segment[];
  /** The row that is being written; the others are shown in short. */
  active: number;
  readOnly: boolean;
  /** The question is the current one: its controls take part in Tab. */
  current: boolean;
  engine: PlayerEngine | null;
  onRows: (rows: Segment[]) => void;
  onActive: (row: number) => void;
}

export function SegmentEditor({ field, rows, active, readOnly, current, engine, onRows, onActive }: Props) {
  const w = words.segments;
  const box = useRef<HTMLDivElement>(null);
  const focusOn = useRef<string | null>(null);
  const marked = usePlayerPart(engine, (state) => state.markIn !== null || state.markOut !== null);
  const stop = { tabIndex: current ? 0 : -1, onMouseDown: (event: { preventDefault: () => void }) => event.preventDefault() };
  useEffect(() => {
    if (focusOn.current === null) return;
    box.current?.querySelector<HTMLElement>(focusOn.current)?.focus();
    focusOn.current = null;
  });

  const title = (value: string) => field.options.find((option) => option.value === value)?.title ?? value;
  const here = () => engine?.snapshot().frame ?? 0;
  const add = () => {
    focusOn.current = `[data-row="${rows.length}"] .option`;
    onRows(added(rows));
    onActive(rows.length);
  };
  const remove = (at: number) => {
    focusOn.current = "[data-add]";
    onRows(removed(rows, at));
    onActive(Math.max(0, Math.min(active, rows.length - 2)));
  };
  const move = (at: number, by: number) => {
    const next = moved(rows, at, by);
    if (next === rows) return;
    focusOn.current = `[data-row="${at + by}"] .row-name`;
    onRows(next);
    onActive(at + by);
  };
  const takeMarks = (at: number) => {
    const range = engine?.markedRange();
    if (range) onRows(timed(rows, at, range));
  };
  const key = (at: number) => (event: KeyboardEvent) => {
    if (readOnly || !event.altKey) return;
    if (event.code === "KeyU") takeMarks(at);
    else if (event.key === "ArrowUp") move(at, -1);
    else if (event.key === "ArrowDown") move(at, 1);
    else return;
    event.preventDefault();
  };

  return (
    <div className="rows" ref={box} data-testid={`segments-${field.id}`}>
      {rows.map((row, at) => {
        const open = at === active;
        const { start, end } = timesOf(row);
        const trouble = troubleOf(rows, at);
        return (
          <div
            key={at} className={open ? "stretch active" : "stretch"} data-row={at} data-testid="segment-row" role="group"
            aria-label={say(w.row, { number: at + 1 })} onKeyDown={key(at)} onFocus={() => onActive(at)} onPointerDown={() => onActive(at)}
          >
            <div className="stretch-head">
              <button type="button" className="row-name" {...stop} onClick={() => onActive(at)} aria-expanded={open} data-testid="segment-name">
                <span className="stretch-number tabular">{at + 1}</span>
                {row.movements.length ? row.movements.map(title).join(" + ") : <span className="dim">{w.nothing}</span>}
              </button>
              <span className="tabular dim" data-testid="segment-frames">
                {start === null && end === null ? w.noFrames : say(w.frames, { in: start ?? "?", out: end === null ? "?" : end - 1 })}
              </span>
              {!readOnly && (
                <span className="stretch-tools">
                  <button
                    type="button" className="icon-button" {...stop} disabled={at === 0} onClick={() => move(at, -1)}
                    title={`${w.up} (Alt ↑)`} aria-label={w.up} data-testid="segment-up"
                  >
                    ↑
                  </button>
                  <button
                    type="button" className="icon-button" {...stop} disabled={at === rows.length - 1} onClick={() => move(at, 1)}
                    title={`${w.down} (Alt ↓)`} aria-label={w.down} data-testid="segment-down"
                  >
                    ↓
                  </button>
                  <button
                    type="button" className="icon-button" {...stop} onClick={() => remove(at)} title={w.remove} aria-label={w.remove}
                    data-testid="segment-remove"
                  >
                    <Icon name="close" />
                  </button>
                </span>
              )}
            </div>
            {open && !readOnly && (
              <>
                <div className="options">
                  {field.options.map((option, i) => (
                    <button
                      key={option.value} type="button" {...stop} aria-pressed={row.movements.includes(option.value)}
                      className={row.movements.includes(option.value) ? "option on" : "option"}
                      onClick={() => onRows(toggled(rows, at, option.value, field.options))} data-testid={`segment-move-${option.value}`}
                    >
                      {i < 10 && <span className="digit" aria-hidden="true">{(i + 1) % 10}</span>}
                      {option.title}
                    </button>
                  ))}
                </div>
                <div className="row tight-row">
                  <button type="button" className="small" {...stop} disabled={!engine} onClick={() => onRows(timed(rows, at, { start: here() }))} data-testid="segment-start">
                    {w.startHere}
                  </button>
                  <button type="button" className="small" {...stop} disabled={!engine} onClick={() => onRows(timed(rows, at, { end: here() + 1 }))} data-testid="segment-end">
                    {w.endHere}
                  </button>
                  <button
                    type="button" className="small" {...stop} disabled={!marked} onClick={() => takeMarks(at)} title={`${w.useMarks} (Alt U)`}
                    data-testid="segment-use-marks"
                  >
                    {w.useMarks}
                  </button>
                  {(start !== null || end !== null) && (
                    <button
                      type="button" className="text-button" {...stop} onClick={() => onRows(timed(rows, at, { start: null, end: null }))}
                      data-testid="segment-no-frames"
                    >
                      {w.clearFrames}
                    </button>
                  )}
                </div>
              </>
            )}
            {trouble && <p className="violation" role="alert" data-testid="segment-trouble">{w.troubles[trouble]}</p>}
          </div>
        );
      })}
      {!readOnly && (
        <button type="button" className="small" {...stop} onClick={add} data-add data-testid="segment-add">
          {rows.length ? w.addNext : w.add}
        </button>
      )}
    </div>
  );
}
