/** What is answered on the label form, as the page's own shape, and how it comes back from what was kept or handed in. */
import type { Scratch, TaskView } from "../api/server";
import type { Answers, Field, Form } from "../api/spec";
import { asked, isAnswered } from "../lib/spec";

export interface Labelling {
  v: 1;
  kind: "labels";
  /** What the person answered. Null: cleared, where the form had chosen something beforehand. */
  answers: Answers;
  /** Questions whose preselected answer was looked at and left as it was. */
  seen: string[];
}

export function revive(view: TaskView, form: Form, scratch: Scratch): Labelling {
  const kept = scratch as Partial<Labelling>;
  if (kept.v === 1 && kept.kind === "labels" && kept.answers) return { v: 1, kind: "labels", answers: kept.answers, seen: kept.seen ?? [] };
  return { v: 1, kind: "labels", answers: view.labels ? answersOf(view.labels, form) : {}, seen: [] };
}

/** What was handed in: a preselected answer that nobody looked at stays one, and what was left open stays open. */
function answersOf(labels: NonNullable<TaskView["labels"]>, form: Form): Answers {
  const asLeft = (field: Field) => labels.untouched.includes(field.id) && labels.answers[field.id] === field.default;
  const left = new Set(form.fields.filter(asLeft).map((field) => field.id));
  const answers = Object.fromEntries(Object.entries(labels.answers).filter(([id]) => !left.has(id)));
  const open = asked(form.fields, labels.answers).filter((field) => isAnswered(field.default) && !(field.id in labels.answers));
  return { ...answers, ...Object.fromEntries(open.map((field) => [field.id, null])) };
}
