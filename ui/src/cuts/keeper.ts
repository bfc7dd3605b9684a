/**
 * Edits on their way: shown at once, sent one after another, each resting on the answer before it. Steps of one cut that
 * wait are sent as one. A refusal drops what waits and says why; with the server away all is kept, and sent again on demand.
 */
import { Unreachable } from "../api/client";
import type { Cuts, Edit, Rests, Stretch, Transition } from "../api/cuts";

export interface Keeping {
  cuts: Cuts;
  /** As they will stand when all is saved. */
  shown: Transition[];
  saving: boolean;
  trouble: unknown;
  /** The trouble is that no answer came. */
  away: boolean;
}

const same = (one: Transition, place: Stretch) => one.start_frame === place.start && one.end_frame === place.end;

export function withEdit(transitions: Transition[], edit: Edit, me: string): Transition[] {
  if (edit.verb === "undo") return transitions;
  const rest = edit.verb === "add" ? transitions : transitions.filter((one) => !same(one, edit.was));
  if (edit.verb === "remove") return rest;
  const made: Transition = {
    kind: edit.kind, start_frame: edit.to.start, end_frame: edit.to.end, start_s: 0, end_s: 0, found_by: me, score: 1, edited_by: me, edited_at: null,
  };
  return [...rest, made].sort((a, b) => a.start_frame - b.start_frame || a.end_frame - b.end_frame);
}

export class CutKeeper {
  private waiting: { edit: Edit; key: string }[] = [];
  private sending = false;
  private listeners = new Set<() => void>();
  private state: Keeping;

  constructor(
    cuts: Cuts,
    private readonly me: string,
    private readonly send: (edit: Edit, rests: Rests) => Promise<Cuts>,
    /** What stands on the server, after a refusal. */
    private readonly read: () => Promise<Cuts>,
  ) {
    this.state = { cuts, shown: cuts.transitions, saving: false, trouble: null, away: false };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };
  snapshot = (): Keeping => this.state;

  private set(change: Partial<Keeping>): void {
    const next = { ...this.state, ...change, saving: this.waiting.length > 0 };
    next.shown = this.waiting.reduce((shown, { edit }) => withEdit(shown, edit, this.me), next.cuts.transitions);
    this.state = next;
    this.listeners.forEach((listener) => listener());
  }

  /** News from the server that nobody here asked for; not while edits are on their way. */
  take(cuts: Cuts): void {
    if (this.waiting.length === 0 && cuts.seen >= this.state.cuts.seen) this.set({ cuts });
  }

  push(edit: Edit): void {
    const last = this.waiting.at(-1);
    const idle = last && !(this.sending && this.waiting.length === 1);
    if (idle && !this.state.away && edit.verb === "move" && last.edit.verb === "move" && edit.was.start === last.edit.to.start && edit.was.end === last.edit.to.end) {
      last.edit = { ...last.edit, kind: edit.kind, to: edit.to };
    } else this.waiting.push({ edit, key: crypto.randomUUID() });
    this.set(this.state.away ? {} : { trouble: null });
    void this.drain();
  }

  retry = (): void => {
    this.set({ trouble: null, away: false });
    void this.drain();
  };
  dismiss = (): void => this.set({ trouble: null });

  private async drain(): Promise<void> {
    if (this.sending || this.state.away) return;
    this.sending = true;
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      const { seen, video } = this.state.cuts;
      try {
        const cuts = await this.send(next.edit, { seen, key: next.key, table: video.table });
        this.waiting.shift();
        this.set({ cuts });
      } catch (error) {
        if (error instanceof Unreachable) {
          this.sending = false;
          this.set({ trouble: error, away: true });
          return;
        }
        this.waiting = [];
        const cuts = await this.read().catch(() => this.state.cuts);
        this.set({ cuts, trouble: error });
      }
    }
    this.sending = false;
  }
}
