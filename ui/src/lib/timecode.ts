/** hh:mm:ss:ff for people. The frame number beside it is what counts. */

export interface Stretch {
  /** Seconds since the first frame at which each frame of the stretch begins, one more entry for its end. */
  starts: (frame: number) => number;
  frames: number;
}

/** The nominal rate that the last field counts to: 23.976 counts 24 frames to the second. */
function nominal(stretch: Stretch): number {
  return Math.max(1, Math.round(stretch.frames / stretch.starts(stretch.frames)));
}

/** The first frame that begins in this second. */
function firstFrameOf(stretch: Stretch, second: number): number {
  let low = 0;
  let high = stretch.frames;
  while (low < high) {
    const half = (low + high) >> 1;
    if (stretch.starts(half) >= second - 1e-6) high = half;
    else low = half + 1;
  }
  return low;
}

/** The timecode of a frame: whole seconds since the stretch began, and how many frames into that second it is. */
export function timecode(stretch: Stretch, frame: number): string {
  const second = Math.floor(stretch.starts(frame) + 1e-6);
  const two = (n: number) => String(n).padStart(2, "0");
  const rest = frame - firstFrameOf(stretch, second);
  return [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60, rest].map(two).join(":");
}

/**
 * What a person typed into the go-to field as a frame of the stretch: `f317` or `317` a frame, `12.5` seconds,
 * `1:02` minutes and seconds, `00:12:13` minutes, seconds, frames, `00:00:12:13` a whole timecode. Null: not understood.
 */
export function parsePlace(stretch: Stretch, typed: string): number | null {
  const text = typed.trim().toLowerCase();
  const clamp = (frame: number) => Math.max(0, Math.min(stretch.frames - 1, frame));
  if (/^f?\d+$/.test(text)) return clamp(Number(text.replace("f", "")));
  if (/^\d*\.\d+s?$|^\d+s$/.test(text)) return clamp(lastAt(stretch, Number(text.replace("s", ""))));
  if (!/^\d+(:\d+){1,3}$/.test(text)) return null;
  const parts = text.split(":").map(Number);
  const framesPart = parts.length > 2 ? parts.pop()! : 0;
  const second = parts.reduce((sum, part) => sum * 60 + part, 0);
  return clamp(firstFrameOf(stretch, second) + Math.min(framesPart, nominal(stretch) - 1));
}

/** The frame that is shown at this second. */
function lastAt(stretch: Stretch, second: number): number {
  const next = firstFrameOf(stretch, second);
  return next < stretch.frames && Math.abs(stretch.starts(next) - second) < 1e-6 ? next : next - 1;
}
