/** The pages' addresses. Small and typed; what a page shows of itself (playhead, range, filters) is in the query. */
import { useSyncExternalStore } from "react";
import type { Stage, TaskKey } from "../api/server";

/** Pages whose address is their name alone. */
const PLAIN = ["signin", "board", "language", "search", "audits"] as const;
type Plain = (typeof PLAIN)[number];
const isPlain = (name: string): name is Plain => (PLAIN as readonly string[]).includes(name);

export type Route =
  | { page: "queue" }
  | { page: Plain }
  | { page: "cuts"; video: string }
  | { page: "labels"; task: TaskKey }
  | { page: "caption"; task: TaskKey }
  | { page: "review"; task: TaskKey }
  | { page: "audit"; audit: string }
  | { page: "audit-item"; audit: string; number: number }
  | { page: "lost" };

export function parseRoute(pathname: string): Route {
  const parts = pathname.split("/").filter(Boolean).map(decode);
  const [first, second, third] = parts;
  if (first === undefined) return { page: "queue" };
  if (parts.length === 1 && isPlain(first)) return { page: first };
  if (parts.length === 2 && first === "audits") return { page: "audit", audit: second! };
  if (parts.length === 3 && first === "audits" && /^\d{1,9}$/.test(third!)) return { page: "audit-item", audit: second!, number: Number(third) };
  if (parts.length === 2 && first === "cuts") return { page: "cuts", video: second! };
  if (parts.length === 4 && (first === "task" || first === "review")) {
    const task = { campaign: second!, clip: third!, aspect: parts[3]! };
    if (first === "review") return { page: "review", task };
    return { page: task.aspect === "labels" ? "labels" : "caption", task };
  }
  return { page: "lost" };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function taskPath(task: TaskKey, stage: Stage | null): string {
  const where = [task.campaign, task.clip, task.aspect].map(encodeURIComponent).join("/");
  return `/${stage === "review" ? "review" : "task"}/${where}`;
}

export function auditPath(audit: string, number?: number): string {
  return `/audits/${encodeURIComponent(audit)}${number === undefined ? "" : `/${number}`}`;
}

/** `from`: where the page's link back leads. */
export function cutsPath(video: string, frame = 0, from: string | null = null): string {
  const query = new URLSearchParams();
  if (frame) query.set("f", String(frame));
  if (from !== null) query.set("from", from);
  return `/cuts/${encodeURIComponent(video)}${query.size ? `?${query}` : ""}`;
}

/** A path of this site that the query names; nothing else is followed. */
export function pathFrom(name: string): string | null {
  const path = new URLSearchParams(window.location.search).get(name) ?? "";
  return /^\/(?![/\\])/.test(path) ? path : null;
}

const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());
let here = window.location.href;
window.addEventListener("popstate", () => {
  // The browser has gone already: where the person wants to stay, the page's address is put back.
  if (new URL(here).pathname !== window.location.pathname && !mayLeave()) window.history.pushState(null, "", here);
  here = window.location.href;
  tell();
});

type Guard = () => string | null;
const guards = new Set<Guard>();
const mayLeave = () => [...guards].every((guard) => {
  const question = guard();
  return question === null || window.confirm(question);
});

/** While it gives a question, the person is asked it before the page is left. */
export function guardLeaving(guard: Guard): () => void {
  guards.add(guard);
  return () => void guards.delete(guard);
}

export function navigate(path: string, options: { replace?: boolean } = {}): void {
  if (new URL(path, window.location.href).pathname !== window.location.pathname && !mayLeave()) return;
  if (options.replace) window.history.replaceState(null, "", path);
  else window.history.pushState(null, "", path);
  here = window.location.href;
  tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePathname(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

export function useQuery(): URLSearchParams {
  return new URLSearchParams(useSyncExternalStore(subscribe, () => window.location.search));
}

/** Set or (null) drop values of the query. Quietly: the page does not go back through them, nor is it told. */
export function setQuery(values: Record<string, string | number | null>, options: { quiet?: boolean } = {}): void {
  const query = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, String(value));
  }
  const path = window.location.pathname + (query.size ? `?${query}` : "");
  if (path === window.location.pathname + window.location.search) return;
  window.history.replaceState(null, "", path);
  here = window.location.href;
  if (!options.quiet) tell();
}
