/**
 * One key per act until an answer came. A retry after a lost answer, even after a reload, carries the same key, so the
 * server can say that it has the act already. Other words get another key.
 */
import { kept } from "../lib/storage";

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

/** `crypto.randomUUID` exists only on secure origins; a desk in a local network may be plain http. */
export function uuid(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
