/**
 * Time at work: while the page was visible and there was input or playback within the last minute.
 * `taken` belongs to an act that was answered; until then the seconds stay, and a retry sends the same number.
 */
const IDLE_MS = 60_000;
/** Between two looks. A longer gap is a computer that slept, and nobody worked in it. */
const LONGEST_GAP_MS = 5_000;

export class ActiveClock {
  private ms = 0;
  private lastInput = 0;
  private lastLook = 0;

  start(): () => void {
    const note = () => this.note();
    const look = () => this.look();
    const kinds = ["keydown", "pointerdown", "pointermove", "wheel", "input"] as const;
    kinds.forEach((kind) => window.addEventListener(kind, note, { passive: true, capture: true }));
    this.lastLook = Date.now();
    this.note();
    const timer = window.setInterval(look, 1000);
    return () => {
      window.clearInterval(timer);
      kinds.forEach((kind) => window.removeEventListener(kind, note, { capture: true }));
    };
  }

  /** The person did something, or the video plays. */
  note(now = Date.now()): void {
    this.lastInput = now;
  }

  /** Count the time since the last look. */
  look(now = Date.now(), visible = document.visibilityState === "visible"): void {
    const gap = now - this.lastLook;
    this.lastLook = now;
    if (visible && gap > 0 && gap <= LONGEST_GAP_MS && now - this.lastInput < IDLE_MS) this.ms += gap;
  }

  /** Seconds so far, up to this moment. */
  total(now = Date.now(), visible = document.visibilityState === "visible"): number {
    this.look(now, visible);
    return this.ms / 1000;
  }

  taken(seconds: number): void {
    this.ms = Math.max(0, this.ms - seconds * 1000);
  }
}
