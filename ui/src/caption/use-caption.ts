/**
 * The work on one caption, without its page: what is typed, what the server has of it, and the acts. The rating and the
 * critique are sent with the act that needs them, and only as far as the server does not have them.
 */
import { useCallback, useState } from "react";
import type { Person, Round, Scratch, TaskKey, TaskView } from "../api/server";
import { notify } from "../parts/notices";
import { newPoint, sameCritique, samePlain } from "../task/points";
import { goOn, useTaskScratch, type OpenTask } from "../task/use-task";
import { words } from "../words";
import { ground, revive, type Working } from "./working";

export type CaptionWork = ReturnType<typeof useCaption>;

export function useCaption(opened: OpenTask, view: TaskView, me: Person, task: TaskKey) {
  const w = words.caption;
  const reviveHere = useCallback((scratch: Scratch) => revive(view, scratch), [view]);
  const scratch = useTaskScratch(task, me, view, reviveHere);
  const { value: work, update } = scratch;
  const [handEditing, setHandEditing] = useState(false);
  const [hint, setHint] = useState<string | null>(null);

  const mine = opened.holding;
  const round = mine ? view.round : null;
  const draft = view.draft?.text ?? "";
  const correcting = view.stage === "correct";
  /** The round that a correction mends. */
  const rejected = correcting ? (view.rounds.at(-1) ?? null) : null;
  /** The server has the critique as it stands here. */
  const critiqued = sameCritique(work, round?.critique ?? null);
  /** The critique in a model's words: taken, or offered. */
  const polished = work.polished || (samePlain(work, round?.critique ?? null) ? (round?.polished ?? null) : null);
  const revision = critiqued ? (round?.revision ?? null) : null;
  /** What would be submitted now. */
  const caption = view.mode === "critique" ? (work.edited ?? revision?.text ?? null) : (work.edited ?? round?.edited ?? (view.mode === "edit" ? draft : ""));
  const perfect = work.rating === 5;
  const empty = work.raw.trim() === "" && work.points.length === 0;
  const canCriticise = mine && view.mode === "critique" && !perfect && view.draft !== null;
  /** All points, the one in the editor as it stands there. */
  const points = work.open && !work.points.some((point) => point.id === work.open!.id) ? [...work.points, work.open] : work.points.map((point) => (point.id === work.open?.id ? work.open : point));

  const put = (change: Partial<Working>) => {
    setHint(null);
    const other = change.raw !== undefined || change.points !== undefined || change.language !== undefined;
    update({ for: ground(view), ...(other ? { polished: "" } : {}), ...change });
  };
  const quietly = async (run: () => Promise<unknown>) => {
    try {
      await run();
    } catch {
      /* the shell shows what went wrong */
    }
  };
  /** Send the rating and the critique as far as the server does not have them; the round afterwards. */
  const sendCritique = async (): Promise<Round | null> => {
    let now = opened.lost ? null : round;
    if (work.rating !== null && now?.rating !== work.rating) now = (await opened.act("rate", { rating: work.rating })).task.round;
    if (!perfect && !empty && !sameCritique(work, now?.critique ?? null)) {
      const body = { raw: work.raw, points: work.points, language: work.language, polished: work.polished };
      now = (await opened.act("critique", body)).task.round;
    }
    return opened.lost ? null : now;
  };
  const notReady = (): string | null => {
    if (work.open) return w.finishPoint;
    if (view.mode !== "critique") return caption?.trim() ? null : w.writeFirst;
    if (work.rating === null) return w.rateFirst;
    if (perfect) return null;
    if (empty) return w.criticiseFirst;
    return null;
  };
  const polish = () =>
    quietly(async () => {
      const why = notReady();
      if (why) return setHint(why);
      if (work.polished) put({ polished: "" });
      await sendCritique();
      await opened.act("polish");
    });
  const reviseNow = () =>
    quietly(async () => {
      const why = notReady() ?? (perfect ? w.perfectNeedsNone : null);
      if (why) return setHint(why);
      await sendCritique();
      await opened.act("revise");
      put({ edited: null });
      setHandEditing(false);
    });
  const submit = () =>
    quietly(async () => {
      if (opened.busy) return;
      const why = notReady() ?? (view.mode === "critique" && !perfect && caption === null ? w.reviseFirst : null);
      if (why) return setHint(why);
      let now = opened.lost ? null : round;
      if (view.mode === "critique") now = await sendCritique();
      if (!perfect && work.edited !== null && work.edited !== (now?.edited ?? now?.revision?.text)) {
        await opened.act("edit", { text: work.edited });
      } else if (view.mode !== "critique" && caption !== null && now?.edited !== caption) await opened.act("edit", { text: caption });
      const { outcome } = await opened.act(correcting ? "correct" : "submit");
      await scratch.clear();
      notify(outcome === "extra" ? words.task.keptAsExtra : words.task.submitted);
      await goOn(task.campaign, correcting ? ["correct", "review"] : ["caption"]);
    });
  const redraft = () => quietly(() => opened.act("redraft"));
  const takeBack = () => quietly(() => opened.act("withdraw", { target: "submission", reason: "" }));

  const keepPoint = () => {
    const open = work.open;
    if (!open) return;
    const known = work.points.some((point) => point.id === open.id);
    const clean = { ...open, instruction: open.instruction.trim() };
    put({ open: null, points: known ? work.points.map((point) => (point.id === open.id ? clean : point)) : [...work.points, clean] });
  };
  const openPoint = (span: Parameters<typeof newPoint>[0]) => {
    if (work.open && work.open.instruction === "" && span) put({ open: { ...work.open, ...span, kind: work.open.kind === "remark" ? "replace" : work.open.kind } });
    else if (!work.open) put({ open: newPoint(span, work.points) });
    else setHint(w.finishPoint);
  };
  const removePoint = (id: string) =>
    put({ points: work.points.filter((each) => each.id !== id), open: work.open?.id === id ? null : work.open });

  return {
    scratch, work, put, hint, mine, round, draft, correcting, rejected, critiqued, polished, revision, caption, perfect, empty, canCriticise, points,
    handEditing, setHandEditing, polish, revise: reviseNow, submit, redraft, takeBack, keepPoint, openPoint, removePoint,
  };
}
