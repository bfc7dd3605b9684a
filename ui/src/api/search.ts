/** Searching: clips by primitives, captions by words. */
import { answer, client } from "./client";
import type { components } from "./schema";

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
  /** The client's types forget that a mark has just two ends. */
  search: (asked: Asked) => answer(client.GET("/api/search", { params: { query: asked } })) as Promise<Found>,
};
