import { describe, expect, it } from "vitest";
import { Timeline, type TimelineTable } from "./timeline";

const table = (over: Partial<TimelineTable>): TimelineTable => ({
  time_base: [1001, 24000], start_pts: 0, end_pts: 48, offset_s: 0, runs: [[1, 47]], hash: "", frames: 48, ...over,
});

describe("timeline", () => {
  it("decodes runs without an assumed frame rate", () => {
    const timeline = new Timeline(table({}));
    expect(timeline.times).toHaveLength(49);
    expect(timeline.times[24]).toBeCloseTo(1.001, 9);
    expect(timeline.seekTime(0)).toBeCloseTo(1001 / 48000, 9);
    expect(timeline.rate()).toBeCloseTo(23.976, 3);
  });

  it("knows frames of unlike length", () => {
    const timeline = new Timeline(table({ time_base: [1, 1000], start_pts: 500, end_pts: 700, offset_s: 0.5, runs: [[40, 2], [20, 1], [60, 1]], frames: 5 }));
    expect([...timeline.times].map((time) => Math.round(time * 1000))).toEqual([0, 40, 80, 100, 160, 200]);
    expect(timeline.frameAt(0.09)).toBe(2);
    expect(timeline.frameAt(0.159)).toBe(3);
    expect(timeline.seekTime(3)).toBeCloseTo(0.13);
  });

  it("finds each frame at its start, its middle, and a rounding error before its start", () => {
    const timeline = new Timeline(table({}));
    for (let frame = 0; frame < timeline.frames; frame += 1) {
      expect(timeline.frameAt(timeline.times[frame]!)).toBe(frame);
      expect(timeline.frameAt(timeline.times[frame]! - 1e-6)).toBe(frame);
      expect(timeline.frameAt(timeline.seekTime(frame))).toBe(frame);
    }
  });

  it("stays within the video", () => {
    const timeline = new Timeline(table({}));
    expect(timeline.frameAt(-1)).toBe(0);
    expect(timeline.frameAt(99)).toBe(47);
  });

  it("takes a detour where the middle is known to miss", () => {
    const timeline = new Timeline(table({ detours: [[3, 0.142]], unreachable: [4] }));
    expect(timeline.seekTime(3)).toBe(0.142);
    expect([timeline.isReachable(3), timeline.isReachable(4)]).toEqual([true, false]);
  });

  it("refuses a table that contradicts itself", () => {
    expect(() => new Timeline(table({ runs: [[1, 3]] }))).toThrow("4 frames");
  });

  it("takes a table whose last run holds the last frame's own length", () => {
    expect(new Timeline(table({ runs: [[1, 48]] })).times[48]).toBeCloseTo(2.002, 9);
  });
});
