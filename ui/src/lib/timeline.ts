/**
 * The table of presentation timestamps. A frame is an index into it; seconds exist only where the browser's player
 * wants them. Nowhere is a frame computed from a frame rate.
 */
export interface TimelineTable {
  time_base: [number, number];
  start_pts: number;
  end_pts: number;
  /** What the container calls its start: the player's clock begins there. */
  offset_s: number;
  /** Steps from one frame to the next, run-length coded: [ticks, how many]. */
  runs: [number, number][];
  hash: string;
  frames: number;
  /** [frame, seconds on the player's clock]: where to seek instead of to the middle of the frame's showing. */
  detours?: [number, number][];
  /** Frames that no seek shows; they pass only in playing. */
  unreachable?: number[];
}

/** Players report the time of the frame on the screen rounded to microseconds. */
const PLAYER_ROUNDS_S = 2e-6;

export class Timeline {
  /** When each frame begins on the player's clock, in seconds; one more entry for the end of the last frame. */
  readonly times: Float64Array;
  readonly frames: number;
  private readonly detours: Map<number, number>;
  private readonly unreachable: Set<number>;

  constructor(table: TimelineTable) {
    const [numerator, denominator] = table.time_base;
    const seconds = (pts: number) => (pts * numerator) / denominator - table.offset_s;
    const times = new Float64Array(table.frames + 1);
    let pts = table.start_pts;
    let frame = 0;
    times[frame++] = seconds(pts);
    for (const [delta, count] of table.runs) {
      for (let i = 0; i < count && frame < table.frames; i += 1) {
        pts += delta;
        times[frame++] = seconds(pts);
      }
    }
    if (frame !== table.frames) throw new Error(`The timeline tells of ${frame} frames and says that it has ${table.frames}.`);
    times[table.frames] = seconds(table.end_pts);
    this.times = times;
    this.frames = table.frames;
    this.detours = new Map(table.detours);
    this.unreachable = new Set(table.unreachable);
  }

  /** The moment to seek to for a frame: the middle of its showing, or its detour. Its very start may show the frame before. */
  seekTime(frame: number): number {
    return this.detours.get(frame) ?? (this.times[frame]! + this.times[frame + 1]!) / 2;
  }

  isReachable(frame: number): boolean {
    return !this.unreachable.has(frame);
  }

  /** The frame that is on the screen at this moment of the player's clock. */
  frameAt(seconds: number): number {
    let low = 0;
    let high = this.frames - 1;
    while (low < high) {
      const half = (low + high + 1) >> 1;
      if (this.times[half]! <= seconds + PLAYER_ROUNDS_S) low = half;
      else high = half - 1;
    }
    return low;
  }

  /** Mean frames per second over a stretch: for the timecode's last field, never for finding a frame. */
  rate(from = 0, to = this.frames): number {
    return (to - from) / (this.times[to]! - this.times[from]!);
  }
}
