import { describe, expect, it } from "vitest";
import { parsePlace, timecode, type FrameClock } from "./timecode";

const steady = (rate: number, frames: number): FrameClock => ({ frames, starts: (frame) => frame / rate });

describe("timecode", () => {
  it("counts frames within their second", () => {
    expect(timecode(steady(24, 720), 0)).toBe("00:00:00:00");
    expect(timecode(steady(24, 720), 317)).toBe("00:00:13:05");
    expect(timecode(steady(12.5, 100_000), 45_000)).toBe("01:00:00:00");
  });

  it("gives each frame of 23.976 its own timecode", () => {
    const clock = steady(24000 / 1001, 500);
    const codes = Array.from({ length: 500 }, (_, frame) => timecode(clock, frame));
    expect(new Set(codes).size).toBe(500);
    codes.forEach((code, frame) => expect(parsePlace(clock, code)).toBe(frame));
  });
});

describe("a typed place", () => {
  const clock = steady(24, 720);
  it.each([
    ["f317", 317], ["317", 317], ["12.5", 300], ["12s", 288], ["0:13", 312], ["00:13:05", 317], ["00:00:13:05", 317],
    ["99999", 719], [" F3 ", 3],
  ])("%s is frame %i", (typed, frame) => expect(parsePlace(clock, typed)).toBe(frame));
  it.each(["", "abc", "-3", "1:2:3:4:5", "1,5"])("%j is none", (typed) => expect(parsePlace(clock, typed)).toBeNull());
});
