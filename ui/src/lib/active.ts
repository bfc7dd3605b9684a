/**
 * Time at work: seconds in which the page was visible and there was input or playback within the last minute.
 * `taken` belongs to an act that was answered; until then the seconds stay, and a retry sends the same number.
 */
const IDLE_MS = 60_000;

export class ActiveClock {
  private seconds = 0;
  private lastInput = 0;
  private timer: number | undefined;

  start(): () => void {
    const note = () => this.note();
    const kinds = ["keydown", "pointerdown", "pointermove", "wheel", "input"] as const;
    kinds.forEach((kind) => window.addEventListener(kind, note, { passive: true, capture: true }));
    this.note();
    this.timer = window.setInterval(() => this.tick(Date.now(), document.visibilityState === "visible"), 1000);
    return () => {
      window.clearInterval(this.timer);
      kinds.forEach((kind) => window.removeEventListener(kind, note, { capture: true }));
    };
  }

  /** The person did something, or the video plays. */
  note(now = Date.now()): void {
    this.lastInput = now;
  }

  tick(now: number, visible: boolean): void {
    if (visible && now - this.lastInput < IDLE_MS) this.seconds += 1;
  }

  get total(): number {
    return this.seconds;
  }

  taken(seconds: number): void {
    this.seconds = Math.max(0, this.seconds - seconds);
  }
}
