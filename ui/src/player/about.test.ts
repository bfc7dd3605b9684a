import { describe, expect, it } from "vitest";
import type { About } from "../api/videos";
import { durationSaid, rateSaid, rowsOf, sizeSaid } from "./about";

const about: About = {
  hash: "ab", file_name: "film.mov", size_bytes: 1_234_567, container: "mov", codec: "hevc", pixel_format: "yuv420p10le", bit_depth: 10,
  width: 3840, height: 2160, rotation: 0, sample_aspect: "1:1", shown_width: 3840, shown_height: 2160, shape: 16 / 9, shape_name: "16:9",
  rate: { exact: "24000/1001", name: "23.976", mean: 23.976, variable: false }, frames: 2400, duration_s: 100.1, proxy: false, problems: [],
  told: true, picture_shape_name: "2.39:1", letterbox: { top: 276, bottom: 276, left: 0, right: 0 },
  timecode: { code: "01:00:00:00", found_in: "track" }, alpha: false,
  colour_said: { primaries: "bt2020", transfer: "pq", matrix: "bt2020nc", range: null },
  colour_assumed: { primaries: null, transfer: null, matrix: null, range: "limited" },
  hdr_said: { transfer: "pq", mastering_peak_cd_m2: 1000, content_peak_cd_m2: 900, content_mean_peak_cd_m2: null, kinds: ["HDR10+"] },
};
const rows = (change: Partial<About> = {}) => Object.fromEntries(rowsOf({ ...about, ...change }).map((row) => [row.id, row.said]));

describe("what is known of a film", () => {
  it("is told in the words of the field", () => {
    expect(rows()).toMatchObject({
      file: "film.mov", coding: "mov, hevc", picture: "3840 \u00d7 2160", "display-aspect": "16:9; 2.39:1 inside the bars",
      letterbox: "top 276, bottom 276, left 0, right 0 pixels of the coded picture", rate: "23.976 frames a second (24000/1001)",
      frames: "2,400", duration: "00:01:40.100 (100.1 s)", timecode: "01:00:00:00, in its timecode track",
      "pixel-format": "yuv420p10le, 10 bits", hdr: "PQ, HDR10+, mastered to 1,000 cd/m\u00b2, MaxCLL 900", problems: "none",
      colour: ["primaries bt2020, transfer pq, matrix bt2020nc", "not said, taken for range limited"],
    });
    expect(rows()).not.toHaveProperty("shown");
  });
  it("says how a turned picture of oblong pixels is shown", () => {
    const turned = rows({ width: 720, height: 576, rotation: 90, sample_aspect: "64:45", shown_width: 576, shown_height: 1024, shape: 0.53, shape_name: null, letterbox: null });
    expect(turned).toMatchObject({
      shown: "576 \u00d7 1024", rotation: "90\u00b0 clockwise", "sample-aspect": "64:45", "display-aspect": "0.53:1", letterbox: "none found",
    });
  });
  it("does not call unknown what an older import did not keep 'none'", () => {
    const old = rows({ told: false, letterbox: null, timecode: null, alpha: null, colour_said: null, colour_assumed: null, hdr_said: null });
    for (const id of ["letterbox", "timecode", "colour", "hdr", "alpha"]) expect(old[id]).toBe("not kept by the release that imported it");
  });
  it("names rates", () => {
    expect(rateSaid({ exact: "24/1", name: null, mean: 24, variable: false })).toBe("24 frames a second");
    expect(rateSaid({ exact: "25/2", name: null, mean: 12.5, variable: false })).toBe("12.5 frames a second (25/2)");
    expect(rateSaid({ exact: null, name: null, mean: 17.123456, variable: false })).toBe("17.123 frames a second on average; at no known rate exactly");
    expect(rateSaid({ exact: null, name: null, mean: 14.6, variable: true })).toBe("variable, 14.6 frames a second on average");
  });
  it("rounds durations and sizes without carrying wrongly", () => {
    expect(durationSaid(59.9999)).toBe("00:01:00.000 (60 s)");
    expect(durationSaid(3661.5)).toBe("01:01:01.500 (3,661.5 s)");
    expect([999, 999_600, 1_234_567, 25_600_000_000].map(sizeSaid)).toEqual(["999 bytes", "1 MB", "1.2 MB", "26 GB"]);
  });
});
