/**
 * One key per act until an answer came. A retry after a lost answer, even after a reload, carries the same key, so the
 * server can say that it has the act already. Other words get another key.
 */
import { ServerError, Unreachable } from "../api/client";
import type { ActiveClock } from "../lib/active";
import { kept } from "../lib/storage";
import { uuid } from "../lib/uuid";

const RETRIES_MS = [500, 1000, 2000, 4000, 8000, 15_000];

interface Pending {
  key: string;
  body: string;
  active_seconds: number;
}

const slot = (person: string, task: string, verb: string) => `videolect:act:${person}:${task}:${verb}`;

export function pendingAct(person: string, task: string, verb: string, body: unknown, seconds: number): Pending {
  const text = JSON.stringify(body);
  const before = kept.read<Pending>(slot(person, task, verb));
  if (before?.body === text) return before;
  const pending = { key: uuid(), body: text, active_seconds: seconds };
  kept.write(slot(person, task, verb), pending);
  return pending;
}

export function answered(person: string, task: string, verb: string): void {
  kept.remove(slot(person, task, verb));
}

export interface Errand<T> {
  person: string;
  /** What it is about: a task, an item of an audit. */
  place: string;
  verb: string;
  /** What is said; other words are another act. */
  body: unknown;
  /** The time at work goes along, and is taken from the clock once it has arrived. */
  clock: Pick<ActiveClock, "total" | "taken">;
  send: (work: { key: string; active_seconds: number }) => Promise<T>;
  /** No answer came, and it will be sent again. */
  onAgain: () => void;
}

/** Send until an answer comes, under one key. Throws the server's refusal, and Unreachable after half a minute without an answer. */
export async function deliver<T>({ person, place, verb, body, clock, send, onAgain }: Errand<T>): Promise<T> {
  const { key, active_seconds } = pendingAct(person, place, verb, body, clock.total());
  for (let attempt = 0; ; attempt += 1) {
    try {
      const told = await send({ key, active_seconds });
      answered(person, place, verb);
      clock.taken(active_seconds);
      return told;
    } catch (error) {
      if (error instanceof ServerError && error.status < 500) answered(person, place, verb);
      if (!(error instanceof Unreachable) || attempt >= RETRIES_MS.length) throw error;
      onAgain();
      await new Promise((resolve) => setTimeout(resolve, RETRIES_MS[attempt]));
    }
  }
}
