/** Which frames a strip shows, as the server counts them (videolect.video.strips.around). */
import type { Stretch } from "../api/cuts";

const INSIDE = 4;
/** Pictures are asked for once in this height and scaled by the page. */
export const HEIGHT = 90;
/** What a row has room for, in pixels at that height: eight frames of 16:9, more of narrower films. */
const WIDE = 1280;
/** Of 24 frames, which the server draws at most. */
const MOST_SIDES = 12;

export const isCut = (place: Stretch): boolean => place.start === place.end;
/** Frames on either side: fewer where the transition itself has some. */
export function sidesOf(place: Stretch, aspect: number): number {
  const sides = Math.min(MOST_SIDES, Math.max(4, Math.floor(WIDE / (HEIGHT * aspect) / 2 + 0.01)));
  return isCut(place) ? sides : sides - INSIDE / 2;
}

export function around(frames: number, place: Stretch, sides: number): number[] {
  const { start, end } = place;
  const wanted = new Set<number>();
  for (let by = -sides; by < 0; by += 1) wanted.add(start + by);
  if (end > start) for (let by = 0; by < INSIDE; by += 1) wanted.add(start + Math.floor(((end - 1 - start) * by) / (INSIDE - 1)));
  for (let by = 0; by < sides; by += 1) wanted.add(end + by);
  return [...wanted].filter((frame) => frame >= 0 && frame < frames).sort((a, b) => a - b);
}

export type Side = "old" | "mixed" | "new";

export function sideOf(frame: number, place: Stretch): Side {
  return frame < place.start ? "old" : frame >= place.end ? "new" : "mixed";
}
