/** Every address that the pages use; paths, bodies and queries are checked against the server's OpenAPI document. */
import type { TimelineTable } from "../lib/timeline";
import { answer, client } from "./client";
import type { components } from "./schema";
import type {
  BoardRow, CampaignInfo, Claim, Form, Lease, Outcome, Queue, Scratch, Session, Spec, Stage, TaskKey, TaskView, Verb,
} from "./types";

type Shapes = components["schemas"];
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
/** What an act says, without what every act carries. */
export type Said<V extends Verb> = Omit<Bodies[V], keyof Shapes["WorkBody"]>;
/** What every act carries besides its own words. */
export type Work = Required<Pick<Shapes["WorkBody"], "token" | "key" | "active_seconds">>;

export interface QueueFilter {
  campaign?: string | undefined;
  stage?: Stage | undefined;
  aspect?: string | undefined;
  status?: string | undefined;
  after?: string | undefined;
  limit?: number | undefined;
}

const TASK = "/api/tasks/{campaign}/{clip}/{aspect}";
const at = (path: TaskKey) => ({ path: { campaign: path.campaign, clip: path.clip, aspect: path.aspect } });

/** The document tells texts where the pages know the few words that they can be: api/contract.ts holds the two together. */
const as = <T>(told: Promise<unknown>): Promise<T> => told as Promise<T>;

export const server = {
  session: () => as<Session>(answer(client.GET("/api/session"))),
  signIn: (person: string, password: string) => as<Session>(answer(client.POST("/api/session", { body: { person, password } }))),
  signOut: () => answer(client.DELETE("/api/session")),
  /** The version that the campaign keeps to. */
  spec: (campaign: string) => as<Spec>(answer(client.GET("/api/spec", { params: { query: { campaign } } }))),
  campaigns: () => as<{ campaigns: CampaignInfo[] }>(answer(client.GET("/api/campaigns"))),
  queue: (filter: QueueFilter) => as<Queue>(answer(client.GET("/api/queue", { params: { query: filter } }))),
  board: (campaign?: string) => as<{ rows: BoardRow[] }>(answer(client.GET("/api/board", { params: { query: { campaign } } }))),
  claimNext: (wish: Shapes["ClaimBody"]) => as<Claim>(answer(client.POST("/api/claim", { body: wish }))),
  task: (key: TaskKey) => as<TaskView>(answer(client.GET(TASK, { params: at(key) }))),
  form: (key: TaskKey) => as<Form>(answer(client.GET(`${TASK}/form`, { params: at(key) }))),
  claim: (key: TaskKey) => as<{ lease: Lease }>(answer(client.POST(`${TASK}/claim`, { params: at(key) }))),
  heartbeat: (key: TaskKey, token: number) => answer(client.POST(`${TASK}/heartbeat`, { params: at(key), body: { token } })),
  release: (key: TaskKey, token: number) =>
    answer(client.POST(`${TASK}/release`, { params: at(key), body: { token, reason: "" } })),
  act<V extends Verb>(key: TaskKey, verb: V, said: Said<V>, work: Work): Promise<Outcome> {
    const path = `${TASK}/${verb}` as `${typeof TASK}/submit`; // one path stands for all: they differ in the body alone
    return as<Outcome>(answer(client.POST(path, { params: at(key), body: { ...said, ...work } })));
  },
  saveScratch: (key: TaskKey, revision: number, body: Scratch) =>
    answer(client.PUT(`${TASK}/scratch`, { params: at(key), body: { revision, body } })),
  timeline: (hash: string) =>
    as<TimelineTable>(answer(client.GET("/api/videos/{video_hash}/timeline", { params: { path: { video_hash: hash } } }))),
};

export const mediaAddress = (hash: string) => `/media/${encodeURIComponent(hash)}`;
