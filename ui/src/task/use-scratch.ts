/** What is being typed on an open page and not handed in, for React; `scratch.ts` keeps it. */
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { SavedScratch, Scratch } from "../api/server";
import { ScratchKeeper, type ScratchState } from "./scratch";

export interface OpenScratch<T> {
  value: T;
  update: (change: Partial<T>) => void;
  state: ScratchState;
  keeper: ScratchKeeper;
  /** After handing in. The next page of the same task then begins with an empty one. */
  clear: () => Promise<void>;
}

/**
 * What is being written, as a value of the page's own shape. `revive` makes that shape of whatever was kept (an empty
 * object at first); it must accept anything. `name` is this person's and this page's alone.
 */
export function useOpenScratch<T extends object>(
  name: string, save: (revision: number, body: Scratch) => Promise<{ revision: number }>, saved: SavedScratch | null,
  revive: (kept: Scratch) => T, cleared: (scratch: SavedScratch) => void,
): OpenScratch<T> {
  const keeper = useMemo(
    () => new ScratchKeeper(`videolect:scratch:${name}`, { save }, saved),
    // What was saved counts once, when the page is opened: later it is this page that knows better.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [name, save],
  );
  const state = useSyncExternalStore(keeper.subscribe, keeper.snapshot);
  useEffect(() => {
    keeper.resume();
    const retry = keeper.retry;
    const hide = () => document.visibilityState === "hidden" && keeper.retry();
    window.addEventListener("online", retry);
    document.addEventListener("visibilitychange", hide);
    return () => {
      window.removeEventListener("online", retry);
      document.removeEventListener("visibilitychange", hide);
      keeper.leave();
    };
  }, [keeper]);
  const value = useMemo(() => revive(state.body), [revive, state.body]);
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  const update = useCallback(
    (change: Partial<T>) => {
      latest.current = { ...latest.current, ...change };
      keeper.write(latest.current as unknown as Scratch);
    },
    [keeper],
  );
  const clear = useCallback(async () => {
    const revision = await keeper.clear();
    if (revision !== null) cleared({ revision, body: {} });
  }, [cleared, keeper]);
  return { value, update, state, keeper, clear };
}
