/** The specification's rules as data, in three values (Kleene): true, false, null where that hangs on an open question. */
import type { Answer, Answers, Field, Form, Heading, Rule, Segment, Violation } from "../api/spec";

export type State = boolean | null;

export function isAnswered(answer: Answer | undefined): boolean {
  return answer !== undefined && answer !== null;
}

export function isSegments(answer: Answer | undefined): answer is Segment[] {
  return Array.isArray(answer) && answer.some((each) => typeof each === "object");
}

/** Whether it is the answer, or one of those in a list. */
export const holds = (given: Answer | undefined, value: Answer): boolean => (Array.isArray(given) ? members(given).includes(value) : given === value);

const members = (answer: Answer): unknown[] => (Array.isArray(answer) ? answer : []);

const equal = (a: Answer, b: Answer): boolean =>
  Array.isArray(a) && Array.isArray(b) ? a.length === b.length && members(a).every((each) => members(b).includes(each)) : a === b;

export function evaluate(rule: Rule | null | undefined, answers: Answers): State {
  if (!rule) return true;
  if ("all" in rule) return all(rule.all.map((each) => evaluate(each, answers)));
  if ("any" in rule) return not(all(rule.any.map((each) => not(evaluate(each, answers)))));
  if ("not" in rule) return not(evaluate(rule.not, answers));
  if ("primitive" in rule) return null;
  const answer = answers[rule.field] ?? null;
  if ("order" in rule) return compare(rule, answer, answers);
  if ("answered" in rule) return (answer !== null) === rule.answered;
  if (answer === null) return null;
  const wanted: Answer[] = "is" in rule ? [rule.is] : "in" in rule ? rule.in : [];
  if (typeof answer === "string" && rule.open?.includes(answer) && !wanted.includes(answer)) return null;
  if ("empty" in rule) return (answer === "" || answer === false || (Array.isArray(answer) && answer.length === 0)) === rule.empty;
  if ("has" in rule) return Array.isArray(answer) ? members(answer).includes(rule.has) : null;
  if ("has_any" in rule) return Array.isArray(answer) ? rule.has_any.some((each) => members(answer).includes(each)) : null;
  return wanted.some((each) => equal(answer, each));
}

function compare(rule: Extract<Rule, { order: string[] }>, answer: Answer, answers: Answers): State {
  const other = "same_as" in rule ? rule.same_as : "before" in rule ? rule.before : rule.after;
  const here = rule.order.indexOf(String(answer));
  const there = rule.order.indexOf(String(answers[other] ?? null));
  if (here < 0 || there < 0) return null;
  return "same_as" in rule ? here === there : "before" in rule ? here < there : here > there;
}

const not = (state: State): State => (state === null ? null : !state);
const all = (states: State[]): State => (states.includes(false) ? false : states.includes(null) ? null : true);

/** What the form has chosen beforehand, where the person has not answered or cleared it (a cleared answer is null). */
export function withDefaults(fields: Field[], answers: Answers): Answers {
  const chosen = fields.filter((field) => isAnswered(field.default) && !(field.id in answers)).map((field) => [field.id, field.default!]);
  return { ...Object.fromEntries(chosen), ...answers };
}

/** The answers that follow from lists of segments, by question: each movement's, "both" where two differ, else "no". */
export function following(fields: Field[], answers: Answers): Answers {
  const found: Answers = {};
  for (const field of fields) {
    const given = answers[field.id];
    if (field.kind !== "segments" || !isSegments(given) || evaluate(field.applies_when, answers) !== true) continue;
    const made = given.flatMap((segment) => segment.movements);
    if (made.length === 0) continue;
    for (const id of field.options.flatMap((option) => Object.keys(option.sets ?? {}))) {
      const values = new Set(field.options.filter((option) => made.includes(option.value)).flatMap((option) => option.sets?.[id] ?? []));
      const flag = fields.find((each) => each.id === id)?.kind === "flag";
      found[id] = flag ? values.has(true) : values.size > 1 ? "both" : ([...values][0] ?? "no");
    }
  }
  return found;
}

/** The record that the form shows: what the person answered, what was chosen beforehand, and what follows from both. */
export function meant(fields: Field[], answers: Answers): Answers {
  const shown = Object.fromEntries(
    Object.entries(withDefaults(fields, answers)).map(([id, answer]) => {
      if (!isSegments(answer)) return [id, answer];
      const filled = answer.filter((each) => each.movements.length > 0); // a row in which nothing is chosen says nothing
      return [id, filled.length ? filled : null];
    }),
  );
  return { ...shown, ...following(fields, shown) };
}

/** The answers to questions that are asked, those that follow from others among them. */
function standing(fields: Field[], answers: Answers): Answers {
  const whole = meant(fields, answers);
  let kept: Answers = Object.fromEntries(fields.filter((field) => isAnswered(whole[field.id])).map((field) => [field.id, whole[field.id]!]));
  for (;;) {
    const stays = fields.filter((field) => field.id in kept && evaluate(field.applies_when, kept) === true);
    if (stays.length === Object.keys(kept).length) return kept;
    kept = Object.fromEntries(stays.map((field) => [field.id, kept[field.id]!]));
  }
}

/** The answers that are handed in: those to questions that are asked. What follows from others is left to the server. */
export function sendable(fields: Field[], answers: Answers): Answers {
  const kept = standing(fields, answers);
  const derived = following(fields, kept);
  return Object.fromEntries(Object.entries(kept).filter(([id]) => !(id in derived)));
}

/** The questions that are asked now, in the form's order. One that hangs on an open question is not asked yet. */
export function asked(fields: Field[], answers: Answers): Field[] {
  const kept = standing(fields, answers);
  return fields.filter((field) => evaluate(field.applies_when, kept) === true);
}

/** The questions whose preselected answer nobody has looked at, of those that are handed in. */
export function untouched(fields: Field[], answers: Answers, seen: string[]): string[] {
  const sent = sendable(fields, answers);
  return fields.filter((field) => field.id in sent && !(field.id in answers) && !seen.includes(field.id)).map((field) => field.id);
}

/** The rules that the answers break as they stand, by the questions that are asked. */
export function broken(form: Form, answers: Answers): Violation[] {
  const kept = standing(form.fields, answers);
  return form.consistency
    .filter((each) => evaluate(each.never, kept) === true)
    .map(({ never, rule, mend }) => ({ fields: [...new Set(named(never))].filter((id) => id in kept), rule, mend }));
}

function named(rule: Rule): string[] {
  if ("all" in rule) return rule.all.flatMap(named);
  if ("any" in rule) return rule.any.flatMap(named);
  if ("not" in rule) return named(rule.not);
  if ("primitive" in rule) return [];
  const other = "same_as" in rule ? [rule.same_as] : "before" in rule ? [rule.before] : "after" in rule ? [rule.after] : [];
  return [rule.field, ...other];
}

/** The questions under their headings, in the form's order. */
export function grouped(headings: Heading[], fields: Field[]): { id: string; title: string; fields: Field[] }[] {
  return headings
    .map((group) => ({ ...group, fields: fields.filter((field) => field.group === group.id) }))
    .filter((group) => group.fields.length > 0);
}

/** The broken rules that a refusal lists, wherever in its details they stand. */
export function violationsOf(details: unknown): Violation[] {
  const list = Array.isArray(details) ? details : ((details as { violations?: unknown } | null)?.violations ?? []);
  return Array.isArray(list) ? list.filter((each): each is Violation => Array.isArray((each as Violation | null)?.fields)) : [];
}
