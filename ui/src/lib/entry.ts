/** What the editor does to an entry: which parts a kind has, and what is left out when it is sent. */
import type { Data, Entry, EntryKind } from "../api/language";

export type Control =
  | "line" | "prose" | "lines" | "group" | "form_group" | "aspects" | "rule" | "maybe_rule" | "look_alikes" | "examples"
  | "options" | "topics" | "branches" | "yes_no" | "neutral" | "default" | "pair" | "shown";
export interface Part {
  key: string;
  control: Control;
}

const parts = (control: Control, ...keys: string[]): Part[] => keys.map((key) => ({ key, control }));

/** In the order of the page. A condition is its rule alone. */
export const PARTS: Record<EntryKind, Part[]> = {
  primitive: [
    ...parts("line", "title"), ...parts("group", "group"), ...parts("aspects", "aspects"),
    ...parts("prose", "definition", "question", "model_question", "decision"), ...parts("maybe_rule", "applies_when"),
    ...parts("rule", "yes_when", "no_when"), ...parts("look_alikes", "look_alikes"), ...parts("lines", "use_words", "avoid_words"),
    ...parts("examples", "examples"), ...parts("lines", "also_known_as"),
  ],
  field: [
    ...parts("line", "title"), ...parts("form_group", "group"), ...parts("prose", "question", "help"), ...parts("shown", "kind"),
    ...parts("maybe_rule", "applies_when"), ...parts("options", "options"), ...parts("neutral", "neutral"),
    ...parts("default", "default"), ...parts("aspects", "mentioned_in"), ...parts("pair", "pair"),
  ],
  condition: [],
  consistency: [...parts("prose", "rule", "mend"), ...parts("rule", "never")],
  aspect: [
    ...parts("line", "title"), ...parts("aspects", "parents"), ...parts("yes_no", "needs_labels", "by_default", "accepts_transition"),
    ...parts("prose", "purpose"), ...parts("topics", "topics"), ...parts("branches", "branches"), ...parts("lines", "leave_out", "form"),
  ],
  profile: [...parts("prose", "why"), ...parts("maybe_rule", "applies_when", "yes_when", "no_when")],
};

/** Keys that an entry need not have: empty, they are left out. */
const MAY_GO = new Set([
  "look_alikes", "use_words", "avoid_words", "also_known_as", "applies_when", "yes_when", "no_when", "neutral", "default", "mentioned_in", "pair",
  "say", "saying", "leave_out", "form", "branches", "otherwise", "known_from", "open", "unplaced", "example", "undetermined", "does_not_apply",
  "by_default", "accepts_transition",
]);

/** What is sent: no blank lines, no empty parts that may be missing. */
export function tidy(data: Data): Data {
  if (Array.isArray(data)) return data.map(tidy).filter((each) => each !== "");
  if (typeof data !== "object") return data.trim() === "" ? "" : data;
  const kept = Object.entries(data).map(([key, value]) => [key, tidy(value)] as const);
  return Object.fromEntries(kept.filter(([key, value]) => !(MAY_GO.has(key) && isEmpty(value))));
}

const isEmpty = (value: Data) => value === "" || (Array.isArray(value) && value.length === 0);

export const text = (entry: Entry, key: string): string => (typeof entry[key] === "string" ? (entry[key] as string) : "");
export const list = (entry: Entry, key: string): Data[] => (Array.isArray(entry[key]) ? (entry[key] as Data[]) : []);
export const strings = (entry: Entry, key: string): string[] => list(entry, key).filter((each): each is string => typeof each === "string");
export const mappings = (entry: Entry, key: string): Entry[] =>
  list(entry, key).filter((each): each is Entry => typeof each === "object" && !Array.isArray(each));
export const mapping = (entry: Entry, key: string): Entry => {
  const found = entry[key];
  return typeof found === "object" && found !== null && !Array.isArray(found) ? found : {};
};

/** With one key otherwise; undefined takes it away. */
export function put(entry: Entry, key: string, value: Data | undefined): Entry {
  if (value !== undefined) return { ...entry, [key]: value };
  const { [key]: _, ...rest } = entry;
  return rest;
}

/** The entry under another id, to begin a new one with. */
export const copyOf = (entry: Data, id: string): Data => (typeof entry === "object" && !Array.isArray(entry) && "id" in entry ? { ...entry, id } : entry);

export const isId = (id: string): boolean => /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(id) && id.length <= 60;
