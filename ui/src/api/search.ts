/** Searching: clips by primitives, captions by words. */
import { answer, client } from "./client";
import type { components } from "./schema";
import type { Spec } from "./types";

type Shapes = components["schemas"];
export type Found = Shapes["SearchShape"];
export type Hit = Shapes["HitShape"];

export interface Asked {
  q: string;
  text: string;
  campaign: string | undefined;
  aspect: string | undefined;
  unsettled: boolean;
  limit: number;
}

export const searchServer = {
  search: (asked: Asked) => answer(client.GET("/api/search", { params: { query: asked } })) as Promise<unknown> as Promise<Found>,
  /** The campaign's version of the language; without one the newest. */
  spec: (campaign: string | undefined) => answer(client.GET("/api/spec", { params: { query: { campaign } } })) as Promise<unknown> as Promise<Spec>,
};
