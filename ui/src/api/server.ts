/** The addresses of the session, the queue and the tasks; paths, bodies, queries and answers are those of the server's OpenAPI document. */
import type { TimelineTable } from "../lib/timeline";
import { answer, client, plain } from "./client";
import type { components } from "./schema";
import type { Form, Spec } from "./spec";

type Shapes = components["schemas"];
export type Person = Shapes["PersonShape"];
export type Session = Shapes["SessionShape"];
export type TaskKey = Shapes["TaskKeyShape"];
export type TaskRow = Shapes["TaskRowShape"];
export type BoardRow = Shapes["BoardRowShape"];
export type TaskView = Shapes["TaskView"];
export type Status = TaskView["status"];
export type Stage = NonNullable<TaskView["stage"]>;
export type ClipInfo = Shapes["ClipShape"];
export type Round = Shapes["RoundShape"];
export type Critique = Shapes["CritiqueShape"];
export type Point = Shapes["PointShape"];
export type PointKind = Point["kind"];
export type Severity = Point["severity"];
/** A reviewer's word on each point, by its id. */
export type Ticks = Shapes["VerdictShape"]["ticks"];
export type Tick = Ticks[string];
export type Outcome = Shapes["OutcomeShape"];
export type SavedScratch = Shapes["ScratchShape"];
export type Scratch = SavedScratch["body"];

/** What each act says, without what every act carries. */
type Sayings = {
  [V in keyof Bodies]: Omit<Bodies[V], keyof Shapes["WorkBody"]>;
};
type Bodies = {
  label: Shapes["LabelBody"];
  rate: Shapes["RateBody"];
  critique: Shapes["CritiqueBody"];
  polish: Shapes["WorkBody"];
  revise: Shapes["WorkBody"];
  redraft: Shapes["WorkBody"];
  edit: Shapes["EditBody"];
  submit: Shapes["WorkBody"];
  correct: Shapes["WorkBody"];
  approve: Shapes["ApproveBody"];
  reject: Shapes["RejectBody"];
  withdraw: Shapes["WithdrawBody"];
};
export type Verb = keyof Bodies;
export type Said<V extends Verb> = Sayings[V];
/** What every act carries besides its own words. */
export type Work = Required<Pick<Shapes["WorkBody"], "token" | "key" | "active_seconds">>;

export interface QueueFilter {
  campaign?: string | undefined;
  stage?: Stage | undefined;
  aspect?: string | undefined;
  status?: Status | undefined;
  after?: string | undefined;
  limit?: number | undefined;
}

const TASK = "/api/tasks/{campaign}/{clip}/{aspect}";
const at = (key: TaskKey) => ({ path: { campaign: key.campaign, clip: key.clip, aspect: key.aspect } });

const acts: { [V in Verb]: (key: TaskKey, body: Said<V> & Work) => Promise<Outcome> } = {
  label: (key, body) => answer(client.POST(`${TASK}/label`, { params: at(key), body })),
  rate: (key, body) => answer(client.POST(`${TASK}/rate`, { params: at(key), body })),
  critique: (key, body) => answer(client.POST(`${TASK}/critique`, { params: at(key), body })),
  polish: (key, body) => answer(client.POST(`${TASK}/polish`, { params: at(key), body })),
  revise: (key, body) => answer(client.POST(`${TASK}/revise`, { params: at(key), body })),
  redraft: (key, body) => answer(client.POST(`${TASK}/redraft`, { params: at(key), body })),
  edit: (key, body) => answer(client.POST(`${TASK}/edit`, { params: at(key), body })),
  submit: (key, body) => answer(client.POST(`${TASK}/submit`, { params: at(key), body })),
  correct: (key, body) => answer(client.POST(`${TASK}/correct`, { params: at(key), body })),
  approve: (key, body) => answer(client.POST(`${TASK}/approve`, { params: at(key), body })),
  reject: (key, body) => answer(client.POST(`${TASK}/reject`, { params: at(key), body })),
  withdraw: (key, body) => answer(client.POST(`${TASK}/withdraw`, { params: at(key), body })),
};

export const server = {
  session: () => answer(client.GET("/api/session")),
  signIn: (person: string, password: string) => answer(client.POST("/api/session", { body: { person, password } })),
  signOut: () => answer(client.DELETE("/api/session")),
  /** The version that the campaign keeps to; without one the newest. */
  spec: (campaign?: string) => plain<Spec>(answer(client.GET("/api/spec", { params: { query: { campaign } } }))),
  campaigns: () => answer(client.GET("/api/campaigns")),
  queue: (filter: QueueFilter) => answer(client.GET("/api/queue", { params: { query: filter } })),
  board: (campaign?: string) => answer(client.GET("/api/board", { params: { query: { campaign } } })),
  claimNext: (wish: Shapes["ClaimBody"]) => answer(client.POST("/api/claim", { body: wish })),
  task: (key: TaskKey) => answer(client.GET(TASK, { params: at(key) })),
  form: (key: TaskKey) => plain<Form>(answer(client.GET(`${TASK}/form`, { params: at(key) }))),
  claim: (key: TaskKey) => answer(client.POST(`${TASK}/claim`, { params: at(key) })),
  heartbeat: (key: TaskKey, token: number) => answer(client.POST(`${TASK}/heartbeat`, { params: at(key), body: { token } })),
  release: (key: TaskKey, token: number) =>
    answer(client.POST(`${TASK}/release`, { params: at(key), body: { token, reason: "" } })),
  act: <V extends Verb>(key: TaskKey, verb: V, said: Said<V>, work: Work): Promise<Outcome> => acts[verb](key, { ...said, ...work }),
  saveScratch: (key: TaskKey, revision: number, body: Scratch) =>
    answer(client.PUT(`${TASK}/scratch`, { params: at(key), body: { revision, body } })),
  timeline: (hash: string) =>
    plain<TimelineTable>(answer(client.GET("/api/videos/{video_hash}/timeline", { params: { path: { video_hash: hash } } }))),
};

export const mediaAddress = (hash: string) => `/media/${encodeURIComponent(hash)}`;
