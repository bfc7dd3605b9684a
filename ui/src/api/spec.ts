/** The language as plain data: to the server's document these are objects, and docs/language.md says what stands in them. */
import type { components } from "./schema";

type Shapes = components["schemas"];
/** A stretch of the clip in which the camera does the same. Frames of the clip, half open; null where only the order is known. */
export type Segment = Shapes["SegmentShape"];
export type Answers = Shapes["LabelsShape"]["answers"];
export type Answer = Answers[string];
export type Heading = Shapes["HeadingShape"];

/** A rule in three values: yes, no, undetermined. `open` lists answers that mean "cannot tell". */
export type Rule =
  | { all: Rule[] }
  | { any: Rule[] }
  | { not: Rule }
  | { primitive: string }
  | ({ field: string; open?: string[] } & (
      | { is: Answer }
      | { in: Answer[] }
      | { has: string }
      | { has_any: string[] }
      | { empty: boolean }
      | { answered: boolean }
    ))
  /** Two choices by their place in `order`; an answer that is not in it has no place. */
  | ({ field: string; order: string[] } & ({ same_as: string } | { before: string } | { after: string }));

export interface Option {
  value: string;
  title: string;
  open?: boolean;
  /** In a field of kind segments: the answers to other questions that follow from this movement. */
  sets?: Record<string, string | boolean>;
}
export type FieldKind = "choice" | "flag" | "list" | "segments" | "text";
export interface Field {
  id: string;
  title: string;
  question: string;
  help: string;
  kind: FieldKind;
  group: string;
  pair?: string | null;
  neutral?: Answer;
  /** What is chosen before anybody looks. */
  default?: Answer;
  options: Option[];
  applies_when?: Rule | null;
}
export interface Primitive {
  id: string;
  title: string;
  group: string;
  aspects: string[];
  definition: string;
  question: string;
  decision: string;
  look_alikes: { id: string; how: string }[];
  /** The questions whose answers decide it, where the server tells. */
  fields?: string[];
}
export interface Aspect {
  id: string;
  title: string;
  parents: string[];
  policy: string;
  topics: { id: string; title: string }[];
}
export interface Spec {
  version: string;
  hash: string;
  form_groups: Heading[];
  groups: Heading[];
  aspects: Aspect[];
  fields: Field[];
  primitives: Primitive[];
}

/** The label form of one campaign: only the questions that it asks. */
export type Form = Omit<Shapes["FormShape"], "fields" | "consistency"> & {
  fields: Field[];
  consistency: { id: string; never: Rule; rule: string; mend: string }[];
};

/** A rule that the answers break, in the details of a refusal. */
export interface Violation {
  fields: string[];
  rule: string;
  mend: string;
}
