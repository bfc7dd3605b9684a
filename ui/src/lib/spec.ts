/** The specification's rules as data, in three values (Kleene): true, false, null where that hangs on an open question. */
import type { Answer, Answers, Field, Option, Rule, Spec, Violation } from "../api/types";

export type State = boolean | null;

export function isAnswered(answer: Answer | undefined): boolean {
  return answer !== undefined && answer !== null;
}

const equal = (a: Answer, b: Answer): boolean =>
  Array.isArray(a) && Array.isArray(b) ? a.length === b.length && a.every((each) => b.includes(each)) : a === b;

export function evaluate(rule: Rule | null | undefined, answers: Answers): State {
  if (!rule) return true;
  if ("all" in rule) return all(rule.all.map((each) => evaluate(each, answers)));
  if ("any" in rule) return not(all(rule.any.map((each) => not(evaluate(each, answers)))));
  if ("not" in rule) return not(evaluate(rule.not, answers));
  if ("primitive" in rule) return null;
  const answer = answers[rule.field] ?? null;
  if ("answered" in rule) return (answer !== null) === rule.answered;
  if (answer === null) return null;
  const wanted: Answer[] = "is" in rule ? [rule.is] : "in" in rule ? rule.in : [];
  if (typeof answer === "string" && rule.open?.includes(answer) && !wanted.includes(answer)) return null;
  if ("empty" in rule) return (answer === "" || answer === false || (Array.isArray(answer) && answer.length === 0)) === rule.empty;
  if ("has" in rule) return Array.isArray(answer) ? answer.includes(rule.has) : null;
  return wanted.some((each) => equal(answer, each));
}

const not = (state: State): State => (state === null ? null : !state);
const all = (states: State[]): State => (states.includes(false) ? false : states.includes(null) ? null : true);

/** The answers that stay: those to questions that are asked. A person hands in nothing that the form does not show. */
export function sendable(fields: Field[], answers: Answers): Answers {
  let kept: Answers = Object.fromEntries(
    fields.filter((field) => isAnswered(answers[field.id])).map((field) => [field.id, answers[field.id]!]),
  );
  for (;;) {
    const stays = fields.filter((field) => field.id in kept && evaluate(field.applies_when, kept) === true);
    if (stays.length === Object.keys(kept).length) return kept;
    kept = Object.fromEntries(stays.map((field) => [field.id, kept[field.id]!]));
  }
}

/** The questions that are asked now, in the form's order. One that hangs on an open question is not asked yet. */
export function asked(fields: Field[], answers: Answers): Field[] {
  const kept = sendable(fields, answers);
  return fields.filter((field) => evaluate(field.applies_when, kept) === true);
}

/** The options that can be chosen now: in an order only the movements that the other answers name. */
export function offered(field: Field, answers: Answers): Option[] {
  return field.options.filter((option) => !option.when || evaluate(option.when, answers) === true);
}

/** The questions under their headings, in the form's order. */
export function grouped(spec: Spec, fields: Field[]): { id: string; title: string; fields: Field[] }[] {
  return spec.form_groups
    .map((group) => ({ ...group, fields: fields.filter((field) => field.group === group.id) }))
    .filter((group) => group.fields.length > 0);
}

/** The broken rules that a refusal lists, wherever in its details they stand. */
export function violationsOf(details: unknown): Violation[] {
  const list = Array.isArray(details) ? details : ((details as { violations?: unknown } | null)?.violations ?? []);
  return Array.isArray(list) ? list.filter((each): each is Violation => Array.isArray((each as Violation | null)?.fields)) : [];
}
