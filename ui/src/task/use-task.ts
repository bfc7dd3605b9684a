/** One open task: what the server says of it, the lease with its heartbeat, the acts, and the time at work. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { ServerError, Unreachable } from "../api/client";
import { server, type Said, type Outcome, type Person, type SavedScratch, type Scratch, type Stage, type TaskKey, type TaskView, type Verb } from "../api/server";
import { ActiveClock } from "../lib/active";
import { navigate, taskPath } from "../lib/router";
import { notify } from "../parts/notices";
import { words } from "../words";
import { deliver } from "./outbox";
import { useOpenScratch, type OpenScratch } from "./use-scratch";

const HEARTBEAT_MS = 30_000;

export const taskId = (key: TaskKey) => `${key.campaign}/${key.clip}/${key.aspect}`;
const queryKey = (key: TaskKey) => ["task", key.campaign, key.clip, key.aspect];

/** Do one thing; verbs that need no words take none. */
export type Act = <V extends Verb>(verb: V, ...said: Partial<Said<V>> extends Said<V> ? [Said<V>?] : [Said<V>]) => Promise<Outcome>;

export interface OpenTask {
  view: TaskView | undefined;
  problem: unknown;
  /** I hold the task, or held it when I began to work on it. */
  holding: boolean;
  /** Somebody else has it now; what I hand in is kept beside. */
  lost: boolean;
  /** The verb that is under way. */
  busy: Verb | null;
  /** No answer came yet and it is being sent again. */
  resending: boolean;
  /** Why the last act did not go through. */
  trouble: ServerError | Unreachable | null;
  setTrouble: (trouble: ServerError | Unreachable | null) => void;
  act: Act;
  claim: () => Promise<void>;
  release: () => Promise<void>;
  clock: ActiveClock;
}

export function useTask(key: TaskKey, me: Person): OpenTask {
  const client = useQueryClient();
  const query = useQuery({ queryKey: queryKey(key), queryFn: () => server.task(key) });
  const view = query.data;
  const [clock] = useState(() => new ActiveClock());
  useEffect(() => clock.start(), [clock]);

  const [token, setToken] = useState<number | null>(null);
  const [lost, setLost] = useState(false);
  const [busy, setBusy] = useState<Verb | null>(null);
  const [resending, setResending] = useState(false);
  const [trouble, setTrouble] = useState<ServerError | Unreachable | null>(null);

  const current = view?.lease?.token ?? null;
  if (current !== null && current !== token) {
    setToken(current);
    setLost(false);
  }
  if (view && token !== null && current === null && view.held_by_another && !lost) setLost(true);

  useHeartbeat(key, lost ? null : current, () => setLost(true));

  const path = taskId(key);
  const act = useCallback<Act>(
    async (verb, ...said) => {
      const body = said[0] ?? ({} as Said<typeof verb>);
      setBusy(verb);
      setTrouble(null);
      try {
        const outcome = await deliver({
          person: me.id, place: path, verb, body: { ...body, token }, clock,
          send: (work) => server.act(key, verb, body, { token, ...work }),
          onAgain: () => setResending(true),
        });
        client.setQueryData(queryKey(key), outcome.task);
        return outcome;
      } catch (error) {
        if (error instanceof ServerError && error.kind === "LeaseLost") setLost(true);
        if (error instanceof ServerError && error.kind === "StaleVersion") void client.invalidateQueries({ queryKey: queryKey(key) });
        if (error instanceof ServerError || error instanceof Unreachable) setTrouble(error);
        throw error;
      } finally {
        setBusy(null);
        setResending(false);
      }
    },
    [client, clock, key, me.id, path, token],
  );

  const claim = useCallback(async () => {
    setTrouble(null);
    try {
      await server.claim(key);
    } catch (error) {
      if (error instanceof ServerError || error instanceof Unreachable) setTrouble(error);
    }
    await client.invalidateQueries({ queryKey: queryKey(key) });
  }, [client, key]);

  const release = useCallback(async () => {
    if (current !== null) await server.release(key, current).catch(() => undefined);
    await client.invalidateQueries({ queryKey: ["queue"] });
    navigate("/");
  }, [client, current, key]);

  return {
    view, problem: query.error, holding: token !== null, lost, busy, resending, trouble, setTrouble, act, claim, release, clock,
  };
}

/** While the page is visible the lease is renewed; a hidden page lets it lapse. */
function useHeartbeat(key: TaskKey, token: number | null, onLost: () => void): void {
  const told = useRef(onLost);
  useEffect(() => {
    told.current = onLost;
  });
  useEffect(() => {
    if (token === null) return;
    const beat = () => {
      if (document.visibilityState !== "visible") return;
      server.heartbeat(key, token).catch((error: unknown) => {
        if (error instanceof ServerError && error.kind === "LeaseLost") told.current();
      });
    };
    const timer = window.setInterval(beat, HEARTBEAT_MS);
    document.addEventListener("visibilitychange", beat);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", beat);
    };
  }, [key, token]);
}

/** What is being written on this task; see `useOpenScratch`. */
export function useTaskScratch<T extends object>(key: TaskKey, me: Person, view: TaskView, revive: (kept: Scratch) => T): OpenScratch<T> {
  const client = useQueryClient();
  const save = useCallback((revision: number, body: Scratch) => server.saveScratch(key, revision, body), [key]);
  const cleared = useCallback(
    (scratch: SavedScratch) => client.setQueryData<TaskView>(queryKey(key), (known) => known && { ...known, scratch }),
    [client, key],
  );
  return useOpenScratch(`${me.id}:${taskId(key)}`, save, view.scratch, revive, cleared);
}

/** After handing in: the next task of the same stage, or the queue. */
export async function goOn(campaign: string, stages: Exclude<Stage, "draft">[]): Promise<void> {
  for (const stage of stages) {
    const claim = await server.claimNext({ campaign, stage }).catch(() => null);
    if (claim?.lease) {
      navigate(taskPath(claim.lease.task, claim.lease.stage));
      return;
    }
  }
  notify(words.task.noneLeft);
  navigate("/");
}
