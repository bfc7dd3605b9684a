/**
 * Edits on their way, and the cut that is chosen. An edit is shown at once, and sent when the one before it is answered;
 * steps of one cut that wait are sent as one. What waits is on this computer too, under keys that make it count once.
 *
 * A refusal drops what waits and says why. With the server away, or failing, all is kept and sent again by itself. What
 * is chosen is a transition and not a row: it goes where one moves it, and back when that is refused. Where somebody else
 * moved or removed it, nothing is chosen.
 */
import { ServerError, Unreachable } from "../api/client";
import type { Act, Cuts, Edit, Rests, Stretch, Transition } from "../api/cuts";
import { kept } from "../lib/storage";
import { uuid } from "../lib/uuid";
import { say, words } from "../words";
import { isAt, isSame, nameOf, placeOf, shifted, told } from "./rule";

export interface Keeping {
  cuts: Cuts;
  /** As they will stand when all is saved. */
  shown: Transition[];
  /** One for each that is shown: it stays with a transition that is moved. */
  ids: number[];
  saving: boolean;
  /** The transition that keys act upon. */
  chosen: Stretch | null;
  /** What was refused, or why nothing happened: until it is dismissed, or a later edit succeeds. */
  trouble: unknown;
  /** Counts refusals: a key that is held from before one does nothing more. */
  refusals: number;
  /** Why the server is tried again. */
  away: unknown;
  /** What waits is on this computer too. */
  kept: boolean;
  /** Where the picture should go, because of an answer; another object each time. */
  goTo: { frame: number } | null;
}

interface Waiting {
  edit: Edit;
  key: string;
  /** It may have arrived: it stays as it is. */
  tried: boolean;
  /** What was chosen before this edit, and by it. */
  before: Stretch | null;
  after: Stretch | null;
  order: number;
}
interface Saved {
  table: string;
  seen: number;
  waiting: { edit: Edit; key: string; tried: boolean }[];
}

const RETRY_MS = 1_000;
const RETRY_MOST_MS = 30_000;

/** It may well go through later: nothing is wrong with what was asked. */
const isPassing = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof ServerError && (error.status >= 500 || error.status === 429 || error.status === 408));

export function withEdit(transitions: Transition[], edit: Edit, me: string): Transition[] {
  if (edit.verb === "undo") return transitions;
  const rest = edit.verb === "add" ? transitions : transitions.filter((one) => !isAt(one, edit.was));
  if (edit.verb === "remove") return rest;
  const made: Transition = {
    kind: edit.kind, start_frame: edit.to.start, end_frame: edit.to.end, start_s: 0, end_s: 0, found_by: me, score: 1, edited_by: me, edited_at: null,
  };
  return [...rest, made].sort((a, b) => a.start_frame - b.start_frame || a.end_frame - b.end_frame);
}

/** A move that leaves kind and length as they are. */
const isShift = (edit: Edit, kind: string | undefined): edit is Edit & { verb: "move" } =>
  edit.verb === "move" && edit.kind === kind && edit.to.end - edit.to.start === edit.was.end - edit.was.start;

export class CutKeeper {
  private waiting: Waiting[] = [];
  private sending = false;
  private closed = false;
  private failures = 0;
  private orders = 0;
  /** Edits up to this one do not wipe what is told. */
  private toldAfter = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What the first edit that waits rests on, where another page wrote it. */
  private base: number | null = null;
  private readonly name: string;
  private listeners = new Set<() => void>();
  private state: Keeping;

  constructor(
    cuts: Cuts,
    private readonly me: string,
    private readonly send: (edit: Edit, rests: Rests) => Promise<Cuts>,
    /** What stands on the server, after a refusal. */
    private readonly read: () => Promise<Cuts>,
    /** The frame near which one is chosen at first. */
    near: number | null = null,
  ) {
    this.name = `videolect:cuts:${me}:${cuts.video.hash}`;
    this.state = {
      cuts, shown: cuts.transitions, ids: cuts.transitions.map((_, i) => i), saving: false, chosen: null, trouble: null, refusals: 0, away: null, kept: true, goTo: null,
    };
    if (cuts.may_edit) this.revive();
    const first = near === null ? undefined : nearest(this.state.shown, near);
    if (first) this.state = { ...this.state, chosen: placeOf(first) };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };
  snapshot = (): Keeping => this.state;

  private set(change: Partial<Keeping>): void {
    const next = { ...this.state, ...change, saving: this.waiting.length > 0 };
    this.state = next;
    this.listeners.forEach((listener) => listener());
  }

  /** What is shown follows from what stands and what waits. */
  private reckon(change: Partial<Keeping> = {}): void {
    const cuts = change.cuts ?? this.state.cuts;
    const shown = this.waiting.reduce((before, { edit }) => withEdit(before, edit, this.me), cuts.transitions);
    this.set({ ...change, shown, ids: this.named(shown) });
  }

  private named(shown: Transition[]): number[] {
    const before = new Map(this.state.shown.map((one, i) => [nameOf(placeOf(one)), this.state.ids[i]!]));
    const ids = shown.map((one) => {
      const name = nameOf(placeOf(one));
      const id = before.get(name);
      before.delete(name);
      return id;
    });
    // As many new places as places that are gone: they were moved.
    const gone = [...before.values()];
    const isMoved = gone.length === ids.filter((id) => id === undefined).length;
    let fresh = Math.max(-1, ...this.state.ids);
    return ids.map((id) => id ?? (isMoved ? gone.shift()! : (fresh += 1)));
  }

  // ------------------------------------------------------------------------------------------------ what is chosen

  choose(place: Stretch | null): void {
    this.set({ chosen: place });
  }

  /** The chosen one, as it is shown. */
  selected(): Transition | undefined {
    const { chosen, shown } = this.state;
    return chosen ? shown.find((one) => isAt(one, chosen)) : undefined;
  }

  tell(error: unknown): void {
    this.toldAfter = this.orders;
    this.set({ trouble: error });
  }

  /** Where what was chosen is gone nothing is chosen, and the page says who did that. */
  private lookForChosen(since: number): void {
    const { chosen, cuts } = this.state;
    if (!chosen || this.selected()) return;
    const act = cuts.acts.findLast((each) => each.version > since && isPlace(each.was, chosen));
    this.set({ chosen: null });
    this.tell(told(act ? `${act.what}.` : say(words.cuts.gone, { frame: chosen.start }), words.cuts.goneMend));
  }

  /** News from the server that nobody here asked for; not while edits are on their way. */
  take(cuts: Cuts): void {
    const since = this.state.cuts.seen;
    if (this.waiting.length > 0 || cuts === this.state.cuts || cuts.seen < since) return;
    this.reckon({ cuts });
    this.lookForChosen(since);
  }

  // ------------------------------------------------------------------------------------------------ edits

  /** `after`: what is chosen by it. */
  push(edit: Edit, after: Stretch | null): void {
    const last = this.waiting.at(-1);
    if (edit.verb === "undo" && last && !last.tried && last.edit.verb !== "undo") {
      this.takeBack(last);
      return;
    }
    this.orders += 1;
    if (last && !last.tried && edit.verb === "move" && last.edit.verb === "move" && isSame(edit.was, last.edit.to)) {
      last.edit = { ...last.edit, kind: edit.kind, to: edit.to };
      last.after = after;
      last.order = this.orders;
    } else this.waiting.push({ edit, key: uuid(), tried: false, before: this.state.chosen, after, order: this.orders });
    this.reckon({ chosen: edit.verb === "undo" ? this.state.chosen : after, kept: this.keep() });
    if (!this.state.away) void this.drain();
  }

  /** It has not gone anywhere yet. */
  private takeBack(last: Waiting): void {
    this.waiting.pop();
    const chosen = this.chosenWithout([last]);
    this.reckon({ chosen, goTo: chosen ? { frame: chosen.start } : null, kept: this.keep() });
  }

  /** Try now: the network came back, or the person asked for it. */
  retry = (): void => {
    clearTimeout(this.timer);
    if (!this.closed) void this.drain();
  };
  dismiss = (): void => this.set({ trouble: null });
  /** Give up what waits. */
  drop = (): void => {
    if (this.sending) return;
    clearTimeout(this.timer);
    this.failures = 0;
    this.giveUp(this.state.cuts, { away: null });
  };
  /** The page is left: what is under way goes on, what the server does not take now is sent by the next page. */
  leave = (): void => {
    this.closed = true;
    clearTimeout(this.timer);
  };
  /** It came back (React mounts twice in development). */
  resume = (): void => {
    this.closed = false;
    void this.drain();
  };

  private async drain(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      const since = this.state.cuts.seen;
      next.tried = true;
      this.keep();
      try {
        const cuts = await this.send(next.edit, { seen: this.base ?? since, key: next.key, table: this.state.cuts.video.table });
        this.base = null;
        this.failures = 0;
        this.waiting.shift();
        const known = next.order > this.toldAfter ? { trouble: null } : {};
        this.reckon({ cuts, away: null, kept: this.keep(), ...known });
        if (next.edit.verb === "undo") this.showUndone(cuts);
        this.lookForChosen(since);
      } catch (error) {
        if (isPassing(error)) {
          this.failures += 1;
          this.set({ away: error });
          if (!this.closed) this.timer = setTimeout(this.retry, Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** (this.failures - 1)));
          break;
        }
        const fresh = await this.read().catch(() => this.state.cuts);
        this.base = null;
        this.failures = 0;
        this.refused(next, error, fresh);
      }
    }
    this.sending = false;
  }

  private refused(first: Waiting, error: unknown, fresh: Cuts): void {
    this.toldAfter = this.orders;
    const refused = { trouble: error, away: null, refusals: this.state.refusals + 1 };
    const { edit } = first;
    const stands = edit.verb === "move" ? fresh.transitions.find((one) => isAt(one, edit.was)) : undefined;
    // Of steps that were sent as one those that may be are kept.
    if (stands && error instanceof ServerError && error.status === 422 && isShift(edit, stands.kind)) {
      const to = shifted(fresh.transitions, fresh.video.frames, edit.was, edit.to.start - edit.was.start);
      if (!isSame(to, edit.was) && !isSame(to, edit.to)) {
        const chosen = this.chosenWithout(this.waiting.slice(1));
        const follows = chosen && first.after && isSame(chosen, first.after) ? to : chosen;
        this.waiting = [{ ...first, edit: { ...edit, to }, key: uuid(), tried: false, after: to }];
        this.reckon({ cuts: fresh, ...refused, chosen: follows, goTo: { frame: to.start }, kept: this.keep() });
        return;
      }
    }
    this.giveUp(fresh, refused);
  }

  private giveUp(cuts: Cuts, change: Partial<Keeping>): void {
    const since = this.state.cuts.seen;
    const chosen = this.chosenWithout(this.waiting);
    this.waiting = [];
    // The picture is of what stands, not of what was wished.
    this.reckon({ cuts, ...change, chosen, goTo: chosen ? { frame: chosen.start } : null, kept: this.keep() });
    if (!this.state.trouble) this.lookForChosen(since);
    else if (!this.selected()) this.set({ chosen: null }); // what is told says why
  }

  private chosenWithout(dropped: Waiting[]): Stretch | null {
    return dropped.reduceRight<Stretch | null>(
      (chosen, { before, after }) => (chosen && after && isSame(chosen, after) ? before : chosen), this.state.chosen);
  }

  private showUndone(cuts: Cuts): void {
    const act: Act | undefined = cuts.acts.findLast((each) => each.by === this.me && each.version === cuts.seen);
    const [start, end] = act?.now ?? act?.was ?? [];
    if (start === undefined || end === undefined) return;
    const now = { start, end };
    this.set({ goTo: { frame: now.start }, chosen: cuts.transitions.some((one) => isAt(one, now)) ? now : this.state.chosen });
    if (!this.selected()) this.set({ chosen: null }); // it was the one that is undone
  }

  // ------------------------------------------------------------------------------------------------ on this computer

  /** Whether what waits could be written down. */
  private keep(): boolean {
    if (this.waiting.length === 0) {
      kept.remove(this.name);
      return true;
    }
    const { cuts } = this.state;
    const saved: Saved = {
      table: cuts.video.table, seen: this.base ?? cuts.seen, waiting: this.waiting.map(({ edit, key, tried }) => ({ edit, key, tried })),
    };
    return kept.write(this.name, saved);
  }

  /** What a page that was closed or left had not saved. */
  private revive(): void {
    const saved = kept.read<Saved>(this.name);
    if (!saved || saved.table !== this.state.cuts.video.table || !Array.isArray(saved.waiting) || saved.waiting.length === 0) return;
    this.base = saved.seen;
    this.waiting = saved.waiting.map((each) => ({ ...each, before: null, after: null, order: (this.orders += 1) }));
    this.reckon();
  }
}

const isPlace = (pair: number[] | null, place: Stretch): boolean => pair !== null && pair[0] === place.start && pair[1] === place.end;

/** The transition that is nearest to this frame. */
export function nearest(shown: readonly Transition[], frame: number): Transition | undefined {
  const far = (one: Transition) => Math.max(0, one.start_frame - frame, frame - one.end_frame);
  return shown.reduce<Transition | undefined>((best, one) => (best && far(best) <= far(one) ? best : one), undefined);
}
