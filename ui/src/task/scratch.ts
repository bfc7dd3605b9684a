/**
 * What a person has typed on a task and not handed in. It is written to this computer at once and to the server after
 * a short pause; it survives a reload, a lost network and an ended session. Two tabs that disagree are shown both texts.
 */
import { ServerError, Unreachable } from "../api/client";
import type { SavedScratch, Scratch } from "../api/server";
import { same } from "../lib/same";
import { kept } from "../lib/storage";

export type SaveState = "saved" | "saving" | "offline" | "attention";

interface LocalCopy {
  /** The server's revision that this text was written upon. */
  revision: number;
  body: Scratch;
  /** Not yet on the server. */
  dirty: boolean;
}
export interface ScratchState {
  body: Scratch;
  save: SaveState;
  /** Why it needs attention, in the server's words. */
  trouble: string | null;
  /** The other version, where another tab or computer was faster. */
  conflict: SavedScratch | null;
}

export interface ScratchPort {
  save(revision: number, body: Scratch): Promise<{ revision: number }>;
}

const PAUSE_MS = 600;

export class ScratchKeeper {
  private state: ScratchState = { body: {}, save: "saved", trouble: null, conflict: null };
  private revision = 0;
  private dirty = false;
  private sending: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private listeners = new Set<() => void>();
  private closed = false;

  constructor(
    private readonly name: string,
    private readonly port: ScratchPort,
    server: SavedScratch | null,
  ) {
    const local = kept.read<LocalCopy>(name);
    this.revision = server?.revision ?? 0;
    const theirs = server?.body ?? {};
    if (!local?.dirty) {
      this.state = { ...this.state, body: theirs };
    } else if (local.revision === this.revision || same(local.body, theirs) || isEmpty(theirs)) {
      this.state = { ...this.state, body: local.body, save: "saving" };
      this.dirty = !same(local.body, theirs);
      if (this.dirty) this.schedule(0);
      else this.set({ save: "saved" });
    } else {
      this.dirty = true;
      this.state = { body: local.body, save: "attention", trouble: null, conflict: { revision: this.revision, body: theirs } };
    }
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  snapshot = (): ScratchState => this.state;

  private set(change: Partial<ScratchState>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((listener) => listener());
  }

  /** New words. On this computer before anything else. */
  write(body: Scratch): void {
    if (this.closed || same(body, this.state.body)) return;
    this.dirty = true;
    this.set({ body, save: this.state.save === "offline" || this.state.save === "attention" ? this.state.save : "saving" });
    this.keepLocally();
    if (!this.state.conflict) this.schedule(PAUSE_MS);
  }

  private keepLocally(): void {
    const copy: LocalCopy = { revision: this.revision, body: this.state.body, dirty: this.dirty };
    if (!kept.write(this.name, copy)) this.set({ save: "attention" });
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.push(), ms);
  }

  /** Try now: the network came back, or the person asked for it. */
  retry = (): void => {
    if (this.dirty && !this.state.conflict) this.schedule(0);
  };

  private push(): Promise<void> {
    if (this.sending || !this.dirty || this.state.conflict || this.closed) return this.sending ?? Promise.resolve();
    this.sending = this.send();
    return this.sending;
  }

  private async send(): Promise<void> {
    const body = this.state.body;
    try {
      const { revision } = await this.port.save(this.revision, body);
      this.revision = revision;
      this.failures = 0;
      this.dirty = !same(body, this.state.body);
      if (!this.closed) this.keepLocally();
      this.set({ save: this.dirty ? "saving" : "saved", trouble: null });
      if (this.dirty) this.schedule(PAUSE_MS);
    } catch (error) {
      this.failed(error);
    } finally {
      this.sending = null;
    }
  }

  private failed(error: unknown): void {
    if (error instanceof Unreachable) {
      this.failures += 1;
      this.set({ save: "offline", trouble: null });
      if (!this.closed) this.schedule(Math.min(30_000, 1000 * 2 ** this.failures));
      return;
    }
    const other = error instanceof ServerError && error.status === 409 ? (error.details as SavedScratch | null) : null;
    if (other && typeof other.revision === "number") {
      if (same(other.body, this.state.body) || isEmpty(other.body)) this.keepMine(other);
      else this.set({ save: "attention", conflict: other });
      return;
    }
    this.set({ save: "attention", trouble: error instanceof ServerError ? `${error.message} ${error.mend}`.trim() : String(error) });
  }

  /** The person chose the words of this page; the other version is written over, knowingly. */
  keepMine(other: SavedScratch | null = this.state.conflict): void {
    if (other) this.revision = other.revision;
    this.set({ conflict: null, save: "saving" });
    this.keepLocally();
    this.schedule(0);
  }

  /** The person chose the other version. */
  takeTheirs(): void {
    const other = this.state.conflict;
    if (!other) return;
    this.revision = other.revision;
    this.dirty = false;
    this.set({ body: other.body, conflict: null, save: "saved" });
    this.keepLocally();
  }

  /** Handed in: nothing is left to keep. The server's revision afterwards, or null where it could not be reached. */
  async clear(): Promise<number | null> {
    clearTimeout(this.timer);
    this.closed = true;
    kept.remove(this.name);
    await this.sending;
    const wiped = await this.port.save(this.revision, {}).catch(() => null);
    return wiped?.revision ?? null;
  }

  /** The page is left: what is not sent yet goes now, and stays on this computer if it cannot. */
  leave(): void {
    clearTimeout(this.timer);
    if (this.closed) return;
    if (this.dirty && !this.state.conflict) void this.push();
    this.closed = true;
  }

  /** A page that came back (React mounts twice in development). */
  resume(): void {
    this.closed = false;
    if (this.dirty && !this.state.conflict) this.schedule(PAUSE_MS);
  }
}

/** A page that was handed in and cleared: nothing is lost by writing over it. */
function isEmpty(body: Scratch): boolean {
  return Object.keys(body).length === 0;
}
