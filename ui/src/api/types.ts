/** The shapes of docs/api.md, with the few words that a value can be; api/contract.ts holds them to the server's document. */

export type Stage = "label" | "draft" | "caption" | "review" | "correct";
export type Status =
  | "blocked" | "to_label" | "to_draft" | "to_caption" | "to_review" | "to_correct" | "settled" | "withdrawn";
export type Mode = "critique" | "edit" | "write";
export type PointKind = "replace" | "insert" | "delete" | "reorder" | "remark";
export type Severity = "minor" | "major" | "critical";
export type Tick = "agreed" | "disagreed";
export type Verb =
  | "label" | "rate" | "critique" | "polish" | "revise" | "redraft" | "edit" | "submit" | "correct" | "approve" | "reject" | "withdraw";

export interface Person {
  id: string;
  name: string;
  roles: string[];
}
export interface Session {
  person: Person;
  csrf: string;
}

/** A stretch of the clip in which the camera does the same. Frames of the clip, half open; null where only the order is known. */
export interface Segment {
  movements: string[];
  start_frame?: number | null;
  end_frame?: number | null;
}
export type Answer = string | number | boolean | string[] | Segment[] | null;
export type Answers = Record<string, Answer>;

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
export interface Heading {
  id: string;
  title: string;
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
export interface Form {
  version: string;
  hash: string;
  record_schema: number;
  aspects: string[];
  form_groups: Heading[];
  fields: Field[];
  consistency: { id: string; never: Rule; rule: string; mend: string }[];
}

export interface CampaignInfo {
  name: string;
  aspects: string[];
  clips: number;
  spec_version: string;
}
export interface TaskKey {
  campaign: string;
  clip: string;
  aspect: string;
}
export interface TaskRow extends TaskKey {
  status: Status;
  stage: Stage | null;
  mode: Mode;
  waiting_for: string[];
  stale: string[];
  rating: number | null;
  priority: number;
  version: number;
  held: boolean;
  mine: boolean;
  may_claim: boolean;
  why_not: string | null;
  updated_at: string;
}
export interface Queue {
  rows: TaskRow[];
  next: string | null;
  open: Record<Stage, number>;
}
export interface BoardRow {
  campaign: string;
  aspect: string;
  counts: Record<Status, number>;
}

export interface Lease {
  stage: Stage;
  token: number;
  until: string;
  lifetime_s: number;
}
export interface Claim {
  lease: (Lease & { task: TaskKey }) | null;
  why: string | null;
}

export interface Point {
  id: string;
  kind: PointKind;
  start: number | null;
  end: number | null;
  words: string;
  start_frame: number | null;
  end_frame: number | null;
  primitive: string | null;
  topic: string | null;
  severity: Severity;
  instruction: string;
}
export interface Critique {
  raw: string;
  points: Point[];
  language: string;
  polished: string;
  words: string;
}
export interface Revision {
  text: string;
  applied: string[];
  not_applied: { point: string; why: string }[];
}
export interface Verdict {
  kind: "approved" | "rejected";
  reason: string | null;
  ticks: Record<string, Tick>;
  at: string;
}
export interface Round {
  kind: "caption" | "correction";
  author: string | null;
  mine: boolean;
  rating: number | null;
  critique: Critique | null;
  polished: string | null;
  revision: Revision | null;
  edited: string | null;
  text: string | null;
  submitted_at: string | null;
  verdict: Verdict | null;
}
export interface ClipInfo {
  id: string;
  video_hash: string;
  source_id: string;
  frames: number;
  start_frame: number;
  end_frame: number;
}
export type Scratch = Record<string, unknown>;
export interface SavedScratch {
  revision: number;
  body: Scratch;
}
export interface TaskView {
  task: TaskKey;
  version: number;
  status: Status;
  stage: Stage | null;
  mode: Mode;
  waiting_for: string[];
  stale: string[];
  /** Null: allowed now; a text: why not. A task has only its own verbs. */
  may: Record<Verb, string | null>;
  lease: Lease | null;
  held_by_another: boolean;
  clip: ClipInfo;
  draft: { text: string; hash: string; cannot_know: string[]; at: string } | null;
  round: Round | null;
  rounds: Round[];
  parents: Record<string, { text: string | null; hash: string | null; status: Status }>;
  labels: { answers: Answers; untouched: string[]; primitives: Record<string, boolean | null> } | null;
  final: { text: string; hash: string; verdict: "approved" | "corrected" } | null;
  extras: number;
  active_seconds: Record<Stage, number>;
  scratch: SavedScratch | null;
}
export interface Outcome {
  outcome: "done" | "repeated" | "extra";
  task: TaskView;
}
/** A rule that the answers break. */
export interface Violation {
  fields: string[];
  rule: string;
  mend: string;
}
