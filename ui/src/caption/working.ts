/** What is typed on the caption page, as the page's own shape, and what becomes of it when the draft is another one. */
import type { Point, Scratch, TaskView } from "../api/server";
import { kept } from "../lib/storage";
import { reanchor } from "../task/points";

/** The language in which this person writes critiques. */
export const LANGUAGE = "videolect:language";

export interface Working {
  v: 1;
  kind: "caption";
  /** The round and draft that it was written on. */
  for: string;
  rating: number | null;
  raw: string;
  language: string;
  points: Point[];
  /** The same in a model's words, accepted; empty where it stands as it was written. */
  polished: string;
  /** The point in the editor. */
  open: Point | null;
  /** The caption as written by hand; null: as revised. */
  edited: string | null;
}

function fromRound(view: TaskView): Working {
  const round = view.round;
  return {
    v: 1,
    kind: "caption",
    for: ground(view),
    rating: round?.rating ?? null,
    raw: round?.critique?.raw ?? "",
    language: round?.critique?.language ?? kept.read<string>(LANGUAGE) ?? "en",
    points: round?.critique?.points ?? [],
    polished: round?.critique?.polished ?? "",
    open: null,
    edited: round?.edited ?? null,
  };
}

const roundKind = (view: TaskView) => (view.stage === "correct" ? "correction" : "caption");
/** What a critique rests on: another draft, or the correction of a rejected round, is other ground. */
export const ground = (view: TaskView) => `${roundKind(view)}:${view.draft?.hash ?? ""}`;

/** The page's own shape of whatever was kept. Another draft takes the critique over, its points moved to their words. */
export function revive(view: TaskView, scratch: Scratch): Working {
  const found = scratch as Partial<Working>;
  if (found.v !== 1 || found.kind !== "caption" || typeof found.for !== "string") return fromRound(view);
  const whole = { ...fromRound(view), ...found } as Working;
  if (found.for === ground(view)) return whole;
  if (!found.for.startsWith(`${roundKind(view)}:`) || !view.draft) return fromRound(view);
  return { ...whole, for: ground(view), rating: null, points: reanchor(view.draft.text, whole.points), open: null, edited: view.mode === "critique" ? null : whole.edited };
}
