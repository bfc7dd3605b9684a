/**
 * The player's state, outside React: an integer frame of the clip, and what the browser has confirmed to show.
 * A seek goes to the middle of a frame's showing; `requestVideoFrameCallback` says which frame then is on the screen;
 * until both agree the engine is not settled. Frames are counted from the clip's first frame.
 *
 * Some versions of Chromium (150 among them) rest on an earlier frame where frame rates vary, but play all frames rightly.
 * There the engine *creeps*: it plays slowly up to the frame and pauses on it.
 */
import type { Timeline } from "../lib/timeline";
import type { FrameClock } from "../lib/timecode";

export const SPEEDS = [0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];

const CREEP_SPEED = 0.1;
/** How long after a seek the browser may take to say which frame it shows, in milliseconds. */
const PATIENCE_MS = 400;

export interface FrameRange {
  /** First frame. */
  start: number;
  /** One past the last frame. */
  end: number;
}
export interface PlayerState {
  frame: number;
  settled: boolean;
  playing: boolean;
  /** -4..-1: going backwards by steps; 1, 2, 4: forwards. */
  shuttle: number;
  speed: number;
  muted: boolean;
  loop: boolean;
  markIn: number | null;
  /** The last frame of the marked range, as people see it. The stored range ends one later. */
  markOut: number | null;
  /** What plays now, when it is less than the clip. */
  region: FrameRange | null;
  problem: string | null;
}

export class PlayerEngine {
  readonly frames: number;
  readonly clock: FrameClock;
  private state: PlayerState = {
    frame: 0, settled: false, playing: false, shuttle: 1, speed: 1, muted: false, loop: false,
    markIn: null, markOut: null, region: null, problem: null,
  };
  private listeners = new Set<() => void>();
  private video: HTMLVideoElement | null = null;
  /** The frame that a callback last confirmed. */
  private presented: number | null = null;
  private seekWaiting = false;
  /** Where the pause that is under way shall come to rest. */
  private restOn: number | null = null;
  private nudged = false;
  private creep: "ready" | "going" | "done" = "ready";
  /** A pause of our own making, after which nothing is to be sought. */
  private pauseIsOurs = false;
  private watch = 0;
  private backwards: { since: number; from: number } | null = null;
  /** Told while the video plays: watching is work. */
  onPlayback: () => void = () => {};

  constructor(
    readonly timeline: Timeline,
    /** Where the clip lies in the video's table, half open. */
    readonly first: number,
    end: number,
  ) {
    this.frames = Math.max(1, Math.min(end, timeline.frames) - first);
    const zero = timeline.times[first]!;
    this.clock = { frames: this.frames, starts: (frame) => timeline.times[first + frame]! - zero };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  snapshot = (): PlayerState => this.state;

  private set(change: Partial<PlayerState>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((listener) => listener());
  }

  attach(video: HTMLVideoElement): () => void {
    this.video = video;
    const on = <K extends keyof HTMLMediaElementEventMap>(kind: K, run: () => void) => {
      video.addEventListener(kind, run);
      return () => video.removeEventListener(kind, run);
    };
    const offs = [
      on("loadedmetadata", () => this.seek(this.state.frame)),
      on("seeked", () => this.seeked()),
      on("play", () => this.creep !== "going" && this.set({ playing: true })),
      on("pause", () => this.paused()),
      on("ended", () => this.reachedEnd()),
      on("timeupdate", () => this.checkEnd()),
      on("volumechange", () => this.set({ muted: video.muted })),
      on("error", () => this.set({ problem: video.error?.message || "unplayable", settled: false, playing: false })),
    ];
    let alive = true;
    const follow = () => {
      if (!alive || !("requestVideoFrameCallback" in video)) return;
      video.requestVideoFrameCallback((_now, { mediaTime }) => {
        this.framePresented(mediaTime);
        follow();
      });
    };
    follow();
    if (video.readyState >= 1) this.seek(this.state.frame);
    return () => {
      alive = false;
      offs.forEach((off) => off());
      cancelAnimationFrame(this.watch);
      this.video = null;
      this.presented = null;
    };
  }

  private clamp(frame: number): number {
    return Math.max(0, Math.min(this.frames - 1, Math.round(frame)));
  }

  private clipFrameAt(seconds: number): number {
    return this.timeline.frameAt(seconds) - this.first;
  }

  // ------------------------------------------------------------------------------------------------ seeking

  /** Whether the frame can be shown at rest at all. */
  isReachable(frame: number): boolean {
    return this.timeline.isReachable(this.first + frame);
  }

  /** Show exactly this frame. */
  seek(to: number): void {
    const frame = this.clamp(to);
    this.stopCreeping();
    this.nudged = false;
    this.creep = "ready";
    const settled = this.presented === frame && !this.state.playing && this.video?.seeking === false;
    this.set({ frame, settled });
    if (!this.video || this.video.readyState < 1) return;
    if (settled) return;
    if (this.video.seeking) this.seekWaiting = true;
    else this.video.currentTime = this.timeline.seekTime(this.first + frame);
  }

  private seeked(): void {
    if (!this.video) return;
    if (this.seekWaiting) {
      this.seekWaiting = false;
      this.video.currentTime = this.timeline.seekTime(this.first + this.state.frame);
      return;
    }
    if (this.state.playing) return;
    if (!("requestVideoFrameCallback" in this.video)) {
      this.presented = this.clipFrameAt((this.video as HTMLVideoElement).currentTime);
    }
    this.confirm();
    const expected = this.state.frame;
    // A seek within the frame on the screen may bring no new callback; a wrong frame is asked for once more.
    window.setTimeout(() => {
      if (!this.video || this.video.seeking || this.state.playing || this.state.settled || this.state.frame !== expected) return;
      if (!this.nudged) {
        this.nudged = true;
        this.video.currentTime = this.timeline.seekTime(this.first + expected) + 1e-4;
      } else if (this.creep === "ready" && this.presented !== null && this.presented < expected) this.startCreeping();
    }, PATIENCE_MS);
  }

  private startCreeping(): void {
    if (!this.video) return;
    this.creep = "going";
    this.video.playbackRate = CREEP_SPEED;
    void this.video.play().catch(() => this.stopCreeping());
  }

  private stopCreeping(): void {
    if (this.creep !== "going") return;
    this.creep = "done";
    if (!this.video) return;
    this.video.playbackRate = this.playbackRate();
    if (this.video.paused) return;
    this.pauseIsOurs = true;
    this.video.pause();
  }

  private playbackRate(): number {
    return Math.min(16, this.state.speed * Math.abs(this.state.shuttle));
  }

  private framePresented(mediaTime: number): void {
    const frame = this.clipFrameAt(mediaTime);
    this.presented = frame;
    if (this.creep === "going" && frame >= this.state.frame) this.stopCreeping();
    if (this.state.playing && this.state.shuttle > 0 && this.video && !this.video.seeking) {
      this.onPlayback();
      const end = this.playEnd();
      if (frame >= end) this.checkEnd();
      else if (frame >= 0 && frame !== this.state.frame) this.set({ frame, settled: true });
    } else this.confirm();
  }

  private confirm(): void {
    const settled = this.presented === this.state.frame;
    if (settled !== this.state.settled && !this.video?.seeking) this.set({ settled });
  }

  /** Pause and go `count` frames on. */
  step(count: number): void {
    this.pause();
    this.seek(this.state.frame + count);
  }

  // ------------------------------------------------------------------------------------------------ playing

  private playEnd(): number {
    return this.state.region?.end ?? this.frames;
  }

  play(): void {
    this.stopBackwards();
    const start = this.state.region?.start ?? 0;
    if (this.state.frame >= this.playEnd() - 1 || this.state.frame < start) this.seek(start);
    this.startPlaying();
  }

  private startPlaying(): void {
    if (!this.video) return;
    if (this.creep === "going") this.creep = "done"; // it plays already: from here on for the person
    this.video.playbackRate = this.playbackRate();
    this.set({ playing: true });
    void this.video.play().catch(() => this.set({ playing: false }));
    cancelAnimationFrame(this.watch);
    const look = () => {
      this.checkEnd();
      if (this.state.playing || !this.video?.paused) this.watch = requestAnimationFrame(look);
    };
    this.watch = requestAnimationFrame(look);
  }

  pause(): void {
    this.stopBackwards();
    if (this.video && !this.video.paused) this.video.pause();
    if (this.state.shuttle !== 1) this.set({ shuttle: 1 });
  }

  /** Play or pause. The range that a point or P asked for is left when the person stops it. */
  toggle(): void {
    if (this.state.playing) {
      this.pause();
      return;
    }
    this.set({ shuttle: 1, region: this.state.loop ? this.markedRange() : null });
    this.play();
  }

  private paused(): void {
    if (this.pauseIsOurs) {
      this.pauseIsOurs = false;
      this.confirm();
      return;
    }
    if (this.backwards) return;
    // The decoder may have gone on past the frame that was shown last: ask for that one again.
    const frame = this.restOn ?? this.presented ?? this.state.frame;
    this.rest(frame);
  }

  private rest(frame: number): void {
    this.restOn = null;
    this.presented = null;
    this.set({ playing: false, shuttle: 1 });
    this.seek(frame);
  }

  private checkEnd(): void {
    const video = this.video;
    if (!video || !this.state.playing || this.state.shuttle < 0 || video.seeking) return;
    const end = this.playEnd();
    if (video.currentTime >= this.timeline.times[this.first + end]! - 0.004) this.reachedEnd();
  }

  private reachedEnd(): void {
    if (!this.video || this.backwards) return;
    if (this.state.loop) {
      this.seek(this.state.region?.start ?? 0);
      if (this.video.paused) this.startPlaying();
      return;
    }
    const last = this.playEnd() - 1;
    if (this.video.paused) this.rest(last);
    else {
      this.restOn = last;
      this.video.pause();
    }
  }

  /** J and L: once more in the same direction doubles, up to 4. */
  shuttle(direction: 1 | -1): void {
    const now = this.state.playing ? this.state.shuttle : 0;
    const next = Math.sign(now) === direction ? direction * Math.min(4, Math.abs(now) * 2) : direction;
    if (direction > 0) {
      this.stopBackwards();
      this.set({ shuttle: next, region: this.state.loop ? this.state.region : null });
      this.play();
      return;
    }
    // Browsers do not play backwards: go back by exact frames, as fast as they come.
    this.backwards = { since: performance.now(), from: this.state.frame };
    if (this.video && !this.video.paused) this.video.pause();
    this.set({ shuttle: next, playing: true });
    cancelAnimationFrame(this.watch);
    const rate = this.timeline.rate(this.first, this.first + this.frames);
    const back = () => {
      const run = this.backwards;
      if (!run) return;
      this.onPlayback();
      const gone = ((performance.now() - run.since) / 1000) * rate * this.state.speed * Math.abs(this.state.shuttle);
      const frame = this.clamp(run.from - gone);
      if (!this.video?.seeking && frame !== this.state.frame) this.seek(frame);
      if (frame === 0) {
        this.pause();
        return;
      }
      this.watch = requestAnimationFrame(back);
    };
    this.watch = requestAnimationFrame(back);
  }

  private stopBackwards(): void {
    if (!this.backwards) return;
    this.backwards = null;
    cancelAnimationFrame(this.watch);
    this.set({ playing: false, shuttle: 1 });
    this.seek(this.state.frame);
  }

  changeSpeed(by: 1 | -1): void {
    const at = SPEEDS.indexOf(this.state.speed);
    this.setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + by))]!);
  }

  setSpeed(speed: number): void {
    this.set({ speed });
    if (this.video && this.state.shuttle > 0 && this.creep !== "going") this.video.playbackRate = this.playbackRate();
  }

  setMuted(muted: boolean): void {
    if (this.video) this.video.muted = muted;
    else this.set({ muted });
  }

  // ------------------------------------------------------------------------------------------------ in and out

  markIn(frame: number | null = this.state.frame): void {
    const out = this.state.markOut;
    this.set({ markIn: frame, markOut: frame !== null && out !== null && out < frame ? null : out });
  }

  markOut(frame: number | null = this.state.frame): void {
    const start = this.state.markIn;
    this.set({ markOut: frame, markIn: frame !== null && start !== null && start > frame ? null : start });
  }

  setMarks(markIn: number | null, markOut: number | null): void {
    this.set({ markIn: markIn === null ? null : this.clamp(markIn), markOut: markOut === null ? null : this.clamp(markOut) });
  }

  clearMarks(): void {
    this.set({ markIn: null, markOut: null, region: null });
  }

  /** The marked range, half open; a missing mark is the clip's own end. Null with no mark at all. */
  markedRange(): FrameRange | null {
    const { markIn, markOut } = this.state;
    if (markIn === null && markOut === null) return null;
    return { start: markIn ?? 0, end: (markOut ?? this.frames - 1) + 1 };
  }

  /** Play from in to out once (or for ever when looping). */
  playMarked(): void {
    const range = this.markedRange();
    if (range) this.playRange(range, this.state.loop);
    else this.play();
  }

  playRange(range: FrameRange, loop: boolean): void {
    this.pause();
    this.set({ region: range, loop });
    this.seek(range.start);
    this.play();
  }

  toggleLoop(): void {
    const loop = !this.state.loop;
    this.set({ loop, region: loop ? (this.state.region ?? this.markedRange()) : null });
  }
}
