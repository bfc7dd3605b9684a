/**
 * One key per act until an answer came. A retry after a lost answer, even after a reload, carries the same key, so the
 * server can say that it has the act already. Other words get another key.
 */
import { kept } from "../lib/storage";
import { uuid } from "../lib/uuid";

export interface Pending {
  key: string;
  body: string;
  active_seconds: number;
}

const place = (person: string, task: string, verb: string) => `videolect:act:${person}:${task}:${verb}`;

export function pendingAct(person: string, task: string, verb: string, body: unknown, seconds: number): Pending {
  const text = JSON.stringify(body);
  const before = kept.read<Pending>(place(person, task, verb));
  if (before?.body === text) return before;
  const pending = { key: uuid(), body: text, active_seconds: seconds };
  kept.write(place(person, task, verb), pending);
  return pending;
}

export function answered(person: string, task: string, verb: string): void {
  kept.remove(place(person, task, verb));
}
