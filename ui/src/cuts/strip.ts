/** Which frames a strip shows, as the server counts them (videolect.video.evidence.around). */
import type { Stretch } from "../api/cuts";

const INSIDE = 4;

export const isCut = (place: Stretch): boolean => place.start === place.end;
/** Frames on either side: fewer where the transition itself has some. */
export const sidesOf = (place: Stretch): number => (isCut(place) ? 4 : 2);

export function around(frames: number, place: Stretch): number[] {
  const { start, end } = place;
  const sides = sidesOf(place);
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
