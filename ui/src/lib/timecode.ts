/** hh:mm:ss:ff for people. The frame number beside it is what counts. */

/** When the frames of a stretch begin. */
export interface FrameClock {
  /** Seconds since the first frame at which a frame begins; for `frames` itself, when the last one ends. */
  starts: (frame: number) => number;
  frames: number;
}

/** The nominal rate that the last field counts to: 23.976 counts 24 frames to the second. */
function nominal(clock: FrameClock): number {
  return Math.max(1, Math.round(clock.frames / clock.starts(clock.frames)));
}

/** The first frame that begins in this second. */
function firstFrameOf(clock: FrameClock, second: number): number {
  let low = 0;
  let high = clock.frames;
  while (low < high) {
    const half = (low + high) >> 1;
    if (clock.starts(half) >= second - 1e-6) high = half;
    else low = half + 1;
  }
  return low;
}

/** The timecode of a frame: whole seconds since the stretch began, and how many frames into that second it is. */
export function timecode(clock: FrameClock, frame: number): string {
  const second = Math.floor(clock.starts(frame) + 1e-6);
  const two = (n: number) => String(n).padStart(2, "0");
  const rest = frame - firstFrameOf(clock, second);
  return [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60, rest].map(two).join(":");
}

/**
 * What a person typed into the go-to field as a frame of the stretch: `f317` or `317` a frame, `12.5` seconds,
 * `1:02` minutes and seconds, `00:12:13` minutes, seconds, frames, `00:00:12:13` a whole timecode. Null: not understood.
 */
export function parsePlace(clock: FrameClock, typed: string): number | null {
  const text = typed.trim().toLowerCase();
  const clamp = (frame: number) => Math.max(0, Math.min(clock.frames - 1, frame));
  if (/^f?\d+$/.test(text)) return clamp(Number(text.replace("f", "")));
  if (/^\d*\.\d+s?$|^\d+s$/.test(text)) return clamp(lastAt(clock, Number(text.replace("s", ""))));
  if (!/^\d+(:\d+){1,3}$/.test(text)) return null;
  const parts = text.split(":").map(Number);
  const framesPart = parts.length > 2 ? parts.pop()! : 0;
  const second = parts.reduce((sum, part) => sum * 60 + part, 0);
  return clamp(firstFrameOf(clock, second) + Math.min(framesPart, nominal(clock) - 1));
}

/** The frame that is shown at this second. */
function lastAt(clock: FrameClock, second: number): number {
  const next = firstFrameOf(clock, second);
  return next < clock.frames && Math.abs(clock.starts(next) - second) < 1e-6 ? next : next - 1;
}
