/** The addresses of the language's pages. */
import { answer, client } from "./client";
import type { components } from "./schema";

type Shapes = components["schemas"];
export type Language = Shapes["LanguageShape"];
export type EntryRow = Shapes["EntryRow"];
export type EntryKind = EntryRow["kind"];
export type FieldChoice = Shapes["FieldChoice"];
export type EntryView = Shapes["EntryView"];
export type Trial = Shapes["TrialShape"];
export type Change = Shapes["ChangeShape"];
export type Fault = Shapes["FaultShape"];
export type DraftDiff = Shapes["DraftDiff"];
export type Published = Shapes["PublishedShape"];

/** What stands under one id: words, lists, and mappings of them. */
export type Data = string | Data[] | { [key: string]: Data };
export type Entry = { [key: string]: Data };

export interface Seen {
  seen: number;
  key: string;
}

export const languageServer = {
  /** With a hash the version of that hash, to be read. */
  whole: (hash?: string): Promise<Language> => answer(client.GET("/api/language", { params: { query: { hash } } })),
  entry: (kind: EntryKind, id: string, hash?: string): Promise<EntryView> =>
    answer(client.GET("/api/language/entries/{kind}/{id}", { params: { path: { kind, id }, query: { hash } } })),
  attempt: (kind: EntryKind, id: string, entry: Data | null): Promise<Trial> =>
    answer(client.POST("/api/language/try", { body: { kind, id, entry } })),
  edit: (kind: EntryKind, id: string, entry: Data | null, note: string, at: Seen): Promise<Language> =>
    answer(client.POST("/api/language/edit", { body: { kind, id, entry, note, ...at } })),
  discard: (kind: EntryKind, id: string, at: Seen): Promise<Language> =>
    answer(client.POST("/api/language/discard", { body: { kind, id, ...at } })),
  move: (at: Seen): Promise<Language> => answer(client.POST("/api/language/move", { body: at })),
  drop: (at: Seen): Promise<Language> => answer(client.POST("/api/language/drop", { body: at })),
  diff: (): Promise<DraftDiff> => answer(client.GET("/api/language/diff")),
  publish: (version: string, note: string, seen: number): Promise<Published> =>
    answer(client.POST("/api/language/publish", { body: { version: version || null, note, seen } })),
};
