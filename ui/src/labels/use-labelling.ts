/** The work on one label form, without its page: the answers, which question is the current one, and the acts. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ServerError } from "../api/client";
import type { Person, Scratch, TaskKey, TaskView } from "../api/server";
import type { Answer, Field, Form, Segment } from "../api/spec";
import { added, toggled } from "../lib/segments";
import { asked, broken, following, isAnswered, isSegments, meant, sendable, untouched, violationsOf } from "../lib/spec";
import { notify } from "../parts/notices";
import { choicesOf } from "../task/Question";
import { goOn, useTaskScratch, type OpenTask } from "../task/use-task";
import { words } from "../words";
import { revive } from "./labelling";

export function useLabelling(opened: OpenTask, view: TaskView, form: Form, me: Person, task: TaskKey) {
  const reviveHere = useCallback((scratch: Scratch) => revive(view, form, scratch), [view, form]);
  const scratch = useTaskScratch(task, me, view, reviveHere);
  const { value: work, update } = scratch;
  const { answers, seen } = work;
  const mine = opened.holding;
  const fields = useMemo(() => asked(form.fields, answers), [form, answers]);
  const shown = useMemo(() => meant(form.fields, answers), [form, answers]);
  const derived = useMemo(() => following(form.fields, shown), [form, shown]);
  const left = useMemo(() => new Set(untouched(form.fields, answers, seen)), [form, answers, seen]);
  /** The questions that a person answers: what follows from another answer is only shown. */
  const open = fields.filter((field) => !(field.id in derived));
  const [at, setAt] = useState<string | null>(null);
  const [row, setRow] = useState(0);
  const current = fields.find((field) => field.id === at) ?? fields[0];
  const refused = opened.trouble instanceof ServerError ? violationsOf(opened.trouble.details) : [];
  const rules = broken(form, answers);
  const violations = [...rules, ...refused.filter((each) => !rules.some((known) => known.rule === each.rule))];

  const list = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  /** Make it the current question, and bring it into view with the keyboard in it. */
  const goTo = (id: string) => {
    moved.current = true;
    setAt(id);
  };
  useEffect(() => {
    if (!moved.current || !current) return;
    moved.current = false;
    const card = list.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(current.id)}"]`);
    card?.scrollIntoView({ block: "nearest" });
    const text = card?.querySelector("textarea");
    if (text) text.focus({ preventScroll: true });
    else card?.focus({ preventScroll: true });
  }, [current]);

  const answer = (field: Field, value: Answer | undefined) => {
    if (!mine) return;
    const next = { ...answers };
    if (value !== undefined) next[field.id] = value;
    else if (isAnswered(field.default)) next[field.id] = null; // cleared, not forgotten
    else delete next[field.id];
    if (opened.trouble) opened.setTrouble(null);
    update({ answers: next });
  };
  const look = (field: Field) => {
    setAt(field.id);
    if (mine && left.has(field.id)) update({ seen: [...seen, field.id] });
  };
  const choose = (field: Field, value: Answer) => {
    setAt(field.id);
    const before = shown[field.id];
    if (field.kind === "list") {
      const members = Array.isArray(before) ? (before as string[]) : [];
      answer(field, members.includes(String(value)) ? members.filter((each) => each !== value) : [...members, String(value)]);
    } else answer(field, before === value && field.id in answers ? undefined : value); // what was preselected is confirmed first
  };
  const rowsOf = (field: Field): Segment[] => {
    const given = answers[field.id];
    return isSegments(given) ? given : [];
  };
  const setRows = (field: Field, rows: Segment[]) => answer(field, rows.length ? rows : undefined);
  /** Whether there was a question to go to. */
  const go = (by: number): boolean => {
    const here = fields.findIndex((field) => field.id === current?.id);
    const next = by > 0 ? open.find((field) => fields.indexOf(field) > here) : open.findLast((field) => fields.indexOf(field) < here);
    if (next) goTo(next.id);
    return next !== undefined;
  };
  /** The next question that is open, or whose preselected answer nobody has looked at. */
  const nextOpen = () => {
    const index = open.findIndex((field) => field.id === current?.id);
    const next = [...open.slice(index + 1), ...open.slice(0, index + 1)].find((field) => !isAnswered(shown[field.id]) || left.has(field.id));
    if (next) goTo(next.id);
  };
  const restAsUsual = (group: Field[]) => {
    const usual = group.filter((field) => !isAnswered(shown[field.id]) && isAnswered(field.neutral));
    if (usual.length) update({ answers: { ...answers, ...Object.fromEntries(usual.map((field) => [field.id, field.neutral!])) } });
  };
  const digit = (number: number) => {
    if (!current || current.kind === "text" || current.id in derived) return;
    const value = choicesOf(current)[number - 1]?.value;
    if (value === undefined) return;
    if (current.kind === "segments") {
      const rows = rowsOf(current).length ? rowsOf(current) : added([]);
      setRows(current, toggled(rows, Math.min(row, rows.length - 1), String(value), current.options));
      return;
    }
    const before = shown[current.id];
    choose(current, value);
    if ((current.kind === "choice" || current.kind === "flag") && (before !== value || !(current.id in answers))) go(1);
  };

  const submit = async () => {
    if (!mine || opened.busy) return;
    try {
      const handed = { answers: sendable(form.fields, answers), untouched: [...left] };
      const { outcome } = await opened.act("label", handed);
      await scratch.clear();
      notify(outcome === "extra" ? words.task.keptAsExtra : words.task.submitted);
      await goOn(task.campaign, ["label"]);
    } catch (error) {
      const first = error instanceof ServerError ? violationsOf(error.details)[0]?.fields[0] : undefined;
      if (first) goTo(first);
    }
  };

  return {
    list, scratch, answers, mine, fields, shown, derived, left, open, current, row, setRow, refused, violations, answer, look, choose, rowsOf, setRows,
    go, nextOpen, restAsUsual, digit, submit,
  };
}
