/** What may stand where, as the server has it (videolect.video.edits.Laid.check): said here before anything is sent. */
import { ServerError } from "../api/client";
import type { Stretch, Transition, TransitionKind } from "../api/cuts";
import { say, words } from "../words";

/** An edit finds a detector's transition again at this distance (videolect.record.cuts.NEAR_FRAMES). */
const NEAR_FRAMES = 2;

export const placeOf = (one: Transition): Stretch => ({ start: one.start_frame, end: one.end_frame });
export const nameOf = (place: Stretch): string => `${place.start}-${place.end}`;
export const isAt = (one: Transition, place: Stretch): boolean => one.start_frame === place.start && one.end_frame === place.end;
export const isSame = (one: Stretch, other: Stretch): boolean => one.start === other.start && one.end === other.end;
/** Frames between two places; below 0 where they overlap. */
const gap = (one: Stretch, other: Stretch): number => Math.max(one.start - other.end, other.start - one.end);
/** How near another may come: over a detector's, or beside it, an edit would take its place; beside a person's it only
 * must leave a frame between the two. */
const nearness = (one: Transition, stays: boolean): number => (one.edited_by === null ? NEAR_FRAMES : stays ? -1 : 0);

/** Something that the page says by itself: what, and what to do about it. */
export const told = (message: string, mend: string): ServerError => new ServerError(0, "Told", message, mend);

function named(kind: TransitionKind, place: Stretch): string {
  const w = words.cuts.rule;
  const what = w.kinds[kind];
  return place.start === place.end ? say(w.at, { what, start: place.start }) : say(w.from, { what, ...place });
}

/** What stands too near to this place; `without`: the transition that is to be moved there. */
function inTheWay(shown: readonly Transition[], place: Stretch, without: Stretch | null): Transition | undefined {
  const stays = without !== null && isSame(place, without); // another kind: what touched it before may go on
  return shown.find((one) => !(without && isAt(one, without)) && gap(placeOf(one), place) <= nearness(one, stays));
}

/** Why a transition cannot go there; null: it can. */
export function whyNot(
  shown: readonly Transition[], frames: number, kind: TransitionKind, place: Stretch, without: Stretch | null = null,
): ServerError | null {
  const w = words.cuts.rule;
  if (place.start === place.end && (place.start < 1 || place.start >= frames)) return told(place.start < 1 ? w.first : w.outside, w.firstMend);
  const one = inTheWay(shown, place, without);
  if (!one) return null;
  const is = placeOf(one);
  const there = say(w.there, { what: named(one.kind, is) });
  const between = gap(is, place);
  const why = isSame(is, place) ? "."
    : between < 0 ? say(w.over, { what: named(kind, place) })
    : between === 0 ? say(w.touches, { what: named(kind, place) })
    : say(w.near, { frame: place.start >= is.end ? place.start : place.end });
  return told(`${there}${why}`, w.mend);
}

/** Where a transition comes to when it is pushed by so many frames: as far as it may, and not past its neighbours. */
export function shifted(shown: readonly Transition[], frames: number, was: Stretch, by: number): Stretch {
  const others = shown.filter((one) => !isAt(one, was));
  const long = was.end - was.start;
  const least = long === 0 ? 1 : 0;
  const most = long === 0 ? frames - 1 : frames - long;
  const at = (start: number): Stretch => ({ start, end: start + long });
  const step = Math.sign(by);
  const passes = (to: Stretch) => others.some((one) => (
    one.start_frame + one.end_frame < was.start + was.end ? to.start < one.end_frame : to.end > one.start_frame));
  for (let start = Math.max(least, Math.min(most, was.start + by)); start !== was.start && Math.sign(start - was.start) === step; start -= step) {
    const to = at(start);
    if (!passes(to) && !inTheWay(others, to, null)) return to;
  }
  return was;
}
