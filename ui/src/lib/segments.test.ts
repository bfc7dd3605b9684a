import { describe, expect, it } from "vitest";
import type { Option, Segment } from "../api/spec";
import { added, moved, removed, timed, toggled, troubleOf } from "./segments";

const options: Option[] = [
  { value: "pan_left", title: "Pan left", sets: { pan: "left" } },
  { value: "pan_right", title: "Pan right", sets: { pan: "right" } },
  { value: "whip_left", title: "Whip pan left", sets: { pan: "left", whip: "left" } },
  { value: "tilt_up", title: "Tilt up", sets: { tilt: "up" } },
];
const row = (...movements: string[]): Segment => ({ movements, start_frame: null, end_frame: null });

describe("rows of movements", () => {
  it("are added at the end, taken out and moved, and stay where there is no way", () => {
    const rows = [row("pan_left"), row("tilt_up")];
    expect(added(rows)).toEqual([...rows, row()]);
    expect(removed(rows, 0)).toEqual([row("tilt_up")]);
    expect(moved(rows, 1, -1)).toEqual([row("tilt_up"), row("pan_left")]);
    expect(moved(rows, 0, 1)).toEqual([row("tilt_up"), row("pan_left")]);
    expect(moved(rows, 0, -1)).toBe(rows);
    expect(moved(rows, 1, 1)).toBe(rows);
  });

  it("hold several movements, but no two opposite ones", () => {
    let rows = toggled([row()], 0, "pan_left", options);
    rows = toggled(rows, 0, "tilt_up", options);
    expect(rows[0]!.movements).toEqual(["pan_left", "tilt_up"]);
    expect(toggled(rows, 0, "whip_left", options)[0]!.movements).toEqual(["pan_left", "tilt_up", "whip_left"]);
    rows = toggled(rows, 0, "pan_right", options);
    expect(rows[0]!.movements).toEqual(["tilt_up", "pan_right"]);
    expect(toggled(rows, 0, "tilt_up", options)[0]!.movements).toEqual(["pan_right"]);
  });

  it("take their times one by one or together, and never end before they start", () => {
    let rows = timed([row("pan_left")], 0, { start: 24 });
    expect(rows[0]).toMatchObject({ start_frame: 24, end_frame: null });
    expect(troubleOf(rows, 0)).toBe("half");
    rows = timed(rows, 0, { end: 48 });
    expect(rows[0]).toMatchObject({ start_frame: 24, end_frame: 48 });
    expect(troubleOf(rows, 0)).toBeNull();
    expect(timed(rows, 0, { start: 60 })[0]).toMatchObject({ start_frame: 60, end_frame: null });
    expect(timed(rows, 0, { end: 10 })[0]).toMatchObject({ start_frame: null, end_frame: 10 });
    expect(timed(rows, 0, { start: 3, end: 9 })[0]).toMatchObject({ start_frame: 3, end_frame: 9 });
    expect(timed(rows, 0, { start: null, end: null })[0]).toMatchObject({ start_frame: null, end_frame: null });
  });

  it("say when they stand in the wrong order", () => {
    const rows = [{ ...row("pan_left"), start_frame: 24, end_frame: 48 }, row("tilt_up"), { ...row("tilt_up"), start_frame: 10, end_frame: 20 }];
    expect(rows.map((_, at) => troubleOf(rows, at))).toEqual([null, null, "order"]);
    expect(troubleOf(rows, 9)).toBeNull();
  });
});
