/** The addresses of audits of other people's captions. */
import { answer, client, plain } from "./client";
import type { components } from "./schema";
import type { Scratch } from "./server";

type Shapes = components["schemas"];
export type AuditRow = Shapes["AuditRowShape"];
export type Audits = Shapes["AuditsShape"];
export type Audit = Shapes["AuditShape"];
export type AuditItem = Shapes["AuditItemShape"];
export type Mark = Shapes["AuditSpanShape"];
export type Failure = Mark["failure"];
export type Ratings = Shapes["AuditRatingsShape"];
export type Rated = keyof Ratings;
export type Taken = Shapes["AuditTakenShape"];
export type AnswerBody = Shapes["AuditAnswerBody"];

/** In the order in which they are asked. */
export const RATED: Rated[] = ["overall", "subject", "scene", "motion", "spatial", "camera"];
export const FAILURES: Failure[] = [
  "imprecise_term", "missing_information", "subjective", "poor_writing", "hallucination", "wrong_detail",
];

/** A figure with its interval; null where the data leave it open. */
export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
}
type Figure = Estimate | null;
export type Scope = Record<Rated, Figure> & {
  items: number;
  complete: number;
  answers: number;
  spans: number;
  with_critique: number;
  failures: Record<string, { spans: number; items: Figure }>;
};
export type Auditor = Record<Rated, Figure> & { answers: number; above_others: Record<Rated, Figure> };
export interface Lint {
  captions: number;
  per_100_words?: Figure;
  clean?: Figure;
  kinds?: Record<string, number>;
}
export type Claims = { captions: number; words?: Figure } & Record<string, { per_caption: Figure; any?: Figure }>;
export interface Correlation extends Estimate {
  automatic: string;
  rating: Rated;
  within: Figure;
}
/** What docs/audit.md tells of them. */
export interface Figures {
  per_dataset: Record<string, Scope>;
  pooled: Scope;
  auditors: Record<string, Auditor>;
  agreement: { items: number } & Partial<Record<Rated, { alpha: Estimate; equal: Estimate; within_one: Estimate }>>;
  lint: { per_dataset: Record<string, Lint>; pooled: Lint };
  claims: { per_dataset: Record<string, Claims>; pooled: Claims };
  correlation: Correlation[];
}

const at = (name: string) => ({ path: { name } });
const item = (name: string, number: number) => ({ path: { name, number } });
const ITEM = "/api/audits/{name}/items/{number}";

export const auditServer = {
  all: (): Promise<Audits> => answer(client.GET("/api/audits")),
  one: (name: string): Promise<Audit> => answer(client.GET("/api/audits/{name}", { params: at(name) })),
  next: (name: string, skip: number[]): Promise<{ number: number | null }> =>
    answer(client.GET("/api/audits/{name}/next", { params: { ...at(name), query: { skip } } })),
  item: (name: string, number: number): Promise<AuditItem> => answer(client.GET(ITEM, { params: item(name, number) })),
  saveScratch: (name: string, number: number, revision: number, body: Scratch): Promise<{ revision: number }> =>
    answer(client.PUT(`${ITEM}/scratch`, { params: item(name, number), body: { revision, body } })),
  say: (name: string, number: number, body: AnswerBody): Promise<AuditItem> =>
    answer(client.POST(`${ITEM}/answer`, { params: item(name, number), body })),
  take: (name: string, body: Shapes["AuditImportBody"]): Promise<Taken> =>
    answer(client.POST("/api/audits/{name}/import", { params: at(name), body })),
  close: (name: string): Promise<AuditRow> => answer(client.POST("/api/audits/{name}/close", { params: at(name), body: { reason: "" } })),
  reopen: (name: string): Promise<AuditRow> => answer(client.POST("/api/audits/{name}/reopen", { params: at(name), body: { reason: "" } })),
  figures: async (name: string): Promise<Figures> => {
    const told = await plain<{ figures: Figures }>(answer(client.GET("/api/audits/{name}/statistics", { params: at(name) })));
    return told.figures;
  },
};

export const answersAddress = (name: string) => `/api/audits/${encodeURIComponent(name)}/answers`;
