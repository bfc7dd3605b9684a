/** Rows of what the camera does, in order of time: how they change, and what keeps one from standing. */
import type { Option, Segment } from "../api/spec";

/** Half open, in frames of the clip; an end that was not set yet is null. */
export interface Times {
  start: number | null;
  end: number | null;
}

export const timesOf = (row: Segment): Times => ({ start: row.start_frame ?? null, end: row.end_frame ?? null });

const put = (rows: Segment[], at: number, change: Partial<Segment>): Segment[] =>
  rows.map((row, i) => (i === at ? { ...row, ...change } : row));

export const added = (rows: Segment[]): Segment[] => [...rows, { movements: [], start_frame: null, end_frame: null }];
export const removed = (rows: Segment[], at: number): Segment[] => rows.filter((_, i) => i !== at);

/** The row in another place; as it was where there is no such place. */
export function moved(rows: Segment[], at: number, by: number): Segment[] {
  const to = at + by;
  if (!rows[at] || to < 0 || to >= rows.length) return rows;
  const rest = removed(rows, at);
  return [...rest.slice(0, to), rows[at], ...rest.slice(to)];
}

/** A movement put into the row or taken out of it; one that goes the opposite way makes room for it. */
export function toggled(rows: Segment[], at: number, value: string, options: Option[]): Segment[] {
  const here = rows[at]?.movements ?? [];
  if (here.includes(value)) return put(rows, at, { movements: here.filter((each) => each !== value) });
  const sets = (id: string) => options.find((option) => option.value === id)?.sets ?? {};
  const mine = sets(value);
  const stays = here.filter((each) => Object.entries(sets(each)).every(([field, way]) => !(field in mine) || mine[field] === way));
  return put(rows, at, { movements: [...stays, value] });
}

/** One end or both set anew. An end that no longer lies behind its start is cleared, and the other way round. */
export function timed(rows: Segment[], at: number, change: Partial<Times>): Segment[] {
  const row = rows[at];
  if (!row) return rows;
  const { start, end } = { ...timesOf(row), ...change };
  const crossed = start !== null && end !== null && end <= start;
  return put(rows, at, {
    start_frame: crossed && change.start === undefined ? null : start,
    end_frame: crossed && change.start !== undefined ? null : end,
  });
}

export type RowTrouble = "half" | "order";

/** Why the row cannot stand: it has one of its two times, or it starts before an earlier one. */
export function troubleOf(rows: Segment[], at: number): RowTrouble | null {
  const row = rows[at];
  if (!row) return null;
  const { start, end } = timesOf(row);
  if ((start === null) !== (end === null)) return "half";
  const before = rows.slice(0, at).flatMap((each) => timesOf(each).start ?? []);
  return start !== null && before.some((each) => each > start) ? "order" : null;
}
