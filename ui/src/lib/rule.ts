/** A rule as it stands in an entry, taken apart for the editor and put together again. Pure: the page only draws it. */
import type { Data, Entry, FieldChoice } from "../api/language";

export type Test = "is" | "in" | "has" | "has_any" | "empty" | "answered" | "same_as" | "before" | "after";
export type Rule =
  | { sort: "all" | "any"; rules: Rule[] }
  | { sort: "not"; rule: Rule }
  | { sort: "condition" | "primitive"; id: string }
  | { sort: "ask"; field: string; test: Test; values: string[] }
  /** Something that the editor does not know: it is kept as it is. */
  | { sort: "other"; data: Data };

const TESTS: Test[] = ["is", "in", "has", "has_any", "empty", "answered", "same_as", "before", "after"];
const isTest = (word: string | undefined): word is Test => TESTS.includes(word as Test);
const isMapping = (data: Data | undefined): data is Entry => typeof data === "object" && data !== null && !Array.isArray(data);

export function ruleOf(data: Data): Rule {
  const keys = isMapping(data) ? Object.keys(data) : [];
  if (!isMapping(data) || keys.length !== 1) return { sort: "other", data };
  const word = keys[0]!;
  const value = data[word]!;
  if (word === "all" || word === "any") return Array.isArray(value) ? { sort: word, rules: value.map(ruleOf) } : { sort: "other", data };
  if (word === "not") return { sort: "not", rule: ruleOf(value) };
  if (word === "condition" || word === "primitive") return typeof value === "string" ? { sort: word, id: value } : { sort: "other", data };
  const tests = isMapping(value) ? Object.entries(value) : [];
  const [test, wanted] = tests[0] ?? [];
  if (tests.length !== 1 || !isTest(test) || wanted === undefined || isMapping(wanted)) return { sort: "other", data };
  const values = typeof wanted === "string" ? [wanted] : wanted.filter((each): each is string => typeof each === "string");
  return { sort: "ask", field: word, test, values };
}

export function dataOf(rule: Rule): Data {
  switch (rule.sort) {
    case "all":
    case "any":
      return { [rule.sort]: rule.rules.map(dataOf) };
    case "not":
      return { not: dataOf(rule.rule) };
    case "condition":
    case "primitive":
      return { [rule.sort]: rule.id };
    case "ask":
      return { [rule.field]: { [rule.test]: listed(rule) ? rule.values : (rule.values[0] ?? "") } };
    default:
      return rule.data;
  }
}

/** ``is`` of a list names all its members; with one value it may stand alone. */
const listed = (rule: { test: Test; values: string[] }) => rule.test === "in" || rule.test === "has_any" || (rule.test === "is" && rule.values.length !== 1);

/** The tests that a question allows. */
export function testsOf(field: FieldChoice): Test[] {
  switch (field.kind) {
    case "choice":
      return ["is", "in", "answered", "same_as", "before", "after"];
    case "flag":
      return ["is", "answered"];
    case "list":
      return ["has", "has_any", "is", "empty", "answered"];
    default:
      return ["empty", "answered"];
  }
}

/** The answers that a test may name. */
export function valuesOf(field: FieldChoice, test: Test): { value: string; title: string }[] {
  if (field.kind === "flag" || test === "empty" || test === "answered") return [];
  return field.options;
}

export const takesSeveral = (field: FieldChoice, test: Test): boolean => test === "in" || test === "has_any" || (test === "is" && field.kind === "list");

/** Another test or another question: as much of the values as still fits. */
export function askAnew(field: FieldChoice, test: Test, before: string[], others: FieldChoice[]): Rule {
  const fits = testsOf(field).includes(test) ? test : testsOf(field)[0]!;
  if (fits === "same_as" || fits === "before" || fits === "after") {
    const twins = others.filter((each) => each.id !== field.id && comparable(each, field));
    const kept = before.find((value) => twins.some((each) => each.id === value));
    return { sort: "ask", field: field.id, test: fits, values: [kept ?? twins[0]?.id ?? ""] };
  }
  const known = valuesOf(field, fits).map((each) => each.value);
  if (known.length === 0) return { sort: "ask", field: field.id, test: fits, values: [before.includes("no") ? "no" : "yes"] };
  const kept = before.filter((value) => known.includes(value));
  const values = kept.length ? kept : [known[0]!];
  return { sort: "ask", field: field.id, test: fits, values: takesSeveral(field, fits) ? values : values.slice(0, 1) };
}

/** Choices with the same options can be compared. */
export const comparable = (one: FieldChoice, other: FieldChoice): boolean =>
  one.kind === "choice" && other.kind === "choice" && one.options.map((each) => each.value).join() === other.options.map((each) => each.value).join();

/** How deep and how large: what a reader can take in at a glance. */
export function countTests(rule: Rule): number {
  if (rule.sort === "all" || rule.sort === "any") return rule.rules.reduce((sum, each) => sum + countTests(each), 0);
  return rule.sort === "not" ? countTests(rule.rule) : 1;
}
