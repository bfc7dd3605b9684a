/** What a person does with a film's cuts, without the page: walks, moves, adds, removes, reshapes, looks around. */
import { useCallback, useEffect, useRef } from "react";
import type { Stretch, Transition, TransitionKind } from "../api/cuts";
import type { PlayerEngine } from "../player/engine";
import { say, words } from "../words";
import type { CutKeeper, Keeping } from "./keeper";
import { isAt, placeOf, shifted, told, whyNot } from "./rule";

/** Seconds before and after a cut that Enter plays. */
const AROUND_S = 1;

export function useCutEditor(keeper: CutKeeper, now: Keeping, engine: PlayerEngine | null) {
  const w = words.cuts;
  const { shown, chosen, goTo } = now;
  const { video, may_edit: mayEdit } = now.cuts;
  const current = chosen ? shown.findIndex((one) => isAt(one, chosen)) : -1;
  const selected: Transition | undefined = shown[current];

  const opened = useRef(keeper.snapshot().chosen);
  useEffect(() => {
    if (engine && opened.current) engine.seek(opened.current.start); // a link shows what it chooses
  }, [engine]);
  useEffect(() => {
    if (!goTo) return;
    engine?.pause();
    engine?.seek(goTo.frame);
  }, [goTo, engine]);

  const show = useCallback((place: Stretch, frame: number) => {
    keeper.choose(place);
    engine?.pause();
    engine?.seek(frame);
  }, [keeper, engine]);
  const go = useCallback((place: Stretch) => show(place, place.start), [show]);
  const walk = (by: number) => {
    const frame = engine?.snapshot().frame ?? 0;
    const next = current >= 0 ? shown[Math.max(0, Math.min(shown.length - 1, current + by))]
      : by > 0 ? (shown.find((one) => one.start_frame >= frame) ?? shown.at(-1))
      : (shown.findLast((one) => one.start_frame <= frame) ?? shown[0]);
    if (next) go(placeOf(next));
  };
  /** What is chosen, for an edit of it; where nothing is, the page says so. */
  const toEdit = (): Transition | undefined => {
    if (!mayEdit) return undefined;
    const one = keeper.selected();
    if (!one) keeper.tell(told(w.chooseFirst, w.chooseMend));
    return one;
  };
  const shift = (by: number) => {
    const one = toEdit();
    if (!one) return;
    const was = placeOf(one);
    const to = shifted(keeper.snapshot().shown, video.frames, was, by);
    if (to.start === was.start) {
      const next = { start: was.start + Math.sign(by), end: was.end + Math.sign(by) };
      keeper.tell(whyNot(shown, video.frames, one.kind, next, was) ?? told(w.goesNoFurther, w.goesNoFurtherMend));
      return;
    }
    keeper.push({ verb: "move", kind: one.kind, was, to }, to);
    engine?.pause();
    engine?.seek(to.start);
  };
  const add = () => {
    if (!mayEdit || !engine) return;
    const frame = engine.snapshot().frame;
    const to = { start: frame, end: frame };
    const why = whyNot(shown, video.frames, "cut", to);
    if (why) keeper.tell(why);
    else {
      keeper.push({ verb: "add", kind: "cut", to }, to);
      engine.pause();
      engine.seek(frame);
    }
  };
  const remove = () => {
    const one = toEdit();
    if (!one) return;
    const next = shown[current + 1] ?? shown[current - 1];
    keeper.push({ verb: "remove", was: placeOf(one) }, next ? placeOf(next) : null);
    if (next) go(placeOf(next));
  };
  /** Another kind or other ends; a transition without a frame of its own is a cut, and one with some is none. */
  const reshape = (one: Transition, kind: TransitionKind, to: Stretch) => {
    const made = to.start === to.end ? "cut" : kind === "cut" ? "dissolve" : kind;
    const was = placeOf(one);
    if (made === one.kind && isAt(one, to)) return;
    const why = whyNot(shown, video.frames, made, to, was);
    if (why) keeper.tell(why);
    else keeper.push({ verb: "move", kind: made, was, to }, to);
  };
  const setEnd = (which: "start" | "end") => {
    const one = toEdit();
    if (!one || !engine) return;
    const { frame } = engine.snapshot();
    const { start, end } = placeOf(one);
    if (which === "start" && frame > end) keeper.tell(told(say(w.behindEnd, { frame, end }), w.behindEndMend));
    else if (which === "end" && frame < start) keeper.tell(told(say(w.beforeStart, { frame, start }), w.beforeStartMend));
    else reshape(one, one.kind, { start, end, [which]: frame });
  };
  const setKind = (kind: TransitionKind) => {
    const one = toEdit();
    if (one) reshape(one, kind, { start: kind === "cut" ? one.end_frame : one.start_frame, end: one.end_frame });
  };
  const undo = () => {
    if (mayEdit) keeper.push({ verb: "undo" }, null);
  };
  /** Once for each press of the key. */
  const once = (run: () => void) => (event: KeyboardEvent) => {
    if (!event.repeat) run();
  };
  /** Again while the key is held; not beyond a refusal. */
  const heldSince = useRef(0);
  const held = (run: () => void) => (event: KeyboardEvent) => {
    if (!event.repeat) heldSince.current = keeper.snapshot().refusals;
    if (heldSince.current === keeper.snapshot().refusals) run();
  };
  const playAround = () => {
    if (selected && engine) engine.playRange(secondsAround(engine, placeOf(selected)), false);
  };

  return { current, selected, show, go, walk, shift, add, remove, setEnd, setKind, undo, held, once, playAround };
}

function secondsAround(engine: PlayerEngine, place: Stretch): Stretch {
  const { clock, frames } = engine;
  let start = place.start;
  while (start > 0 && clock.starts(place.start) - clock.starts(start) < AROUND_S) start -= 1;
  let end = place.end;
  while (end < frames && clock.starts(end) - clock.starts(place.end) < AROUND_S) end += 1;
  return { start, end: Math.max(end, start + 1) };
}
