import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { server, type ClipInfo } from "../api/server";
import type { ActiveClock } from "../lib/active";
import { Timeline } from "../lib/timeline";
import { setQuery } from "../lib/router";
import { kept } from "../lib/storage";
import { PlayerEngine, type PlayerState } from "./engine";

/** The engine of a clip, once its table of times is here. Playhead, marks and loop stand in the address. */
export function usePlayer(clip: ClipInfo | undefined, clock: ActiveClock): { engine: PlayerEngine | null; problem: unknown } {
  const hash = clip?.video_hash ?? "";
  const { data, error } = useQuery({
    queryKey: ["timeline", hash],
    queryFn: () => server.timeline(hash),
    enabled: hash !== "",
    staleTime: Infinity,
  });
  const first = clip?.start_frame ?? 0;
  const end = clip?.end_frame ?? 0;
  const engine = useMemo(() => (data && end > first ? new PlayerEngine(new Timeline(data), first, end) : null), [data, first, end]);

  useEffect(() => {
    if (engine) engine.onPlayback = () => clock.note(); // watching is work
  }, [engine, clock]);

  useEffect(() => {
    if (!engine) return;
    const query = new URLSearchParams(window.location.search);
    const number = (name: string) => (/^\d+$/.test(query.get(name) ?? "") ? Number(query.get(name)) : null);
    engine.setMarks(number("in"), number("out"));
    if (query.get("loop") === "1") engine.toggleLoop();
    const speed = kept.read<number>("videolect:player:speed");
    if (speed) engine.setSpeed(speed);
    engine.seek(number("f") ?? 0);
    let timer = 0;
    const leave = engine.subscribe(() => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        const { frame, markIn, markOut, loop, playing, speed: now } = engine.snapshot();
        kept.write("videolect:player:speed", now);
        if (!playing) setQuery({ f: frame || null, in: markIn, out: markOut, loop: loop ? 1 : null }, { quiet: true });
      }, 300);
    });
    return () => {
      leave();
      window.clearTimeout(timer);
    };
  }, [engine]);
  return { engine, problem: error };
}

const nothing: PlayerState = {
  frame: 0, settled: false, playing: false, shuttle: 1, speed: 1, muted: false, loop: false,
  markIn: null, markOut: null, region: null, problem: null,
};
const noSubscription = () => () => {};

export function usePlayerState(engine: PlayerEngine | null): PlayerState {
  return useSyncExternalStore(engine?.subscribe ?? noSubscription, engine?.snapshot ?? (() => nothing));
}

export function usePlayerPart<T>(engine: PlayerEngine | null, part: (state: PlayerState) => T): T {
  return useSyncExternalStore(engine?.subscribe ?? noSubscription, () => part(engine?.snapshot() ?? nothing));
}
