/** What pages show of a film beside the film: small pictures to hover over, and what it says of itself. */
import { answer, client } from "./client";
import type { components } from "./schema";

type Shapes = components["schemas"];
export type About = Shapes["AboutShape"];
export type Previews = Shapes["PreviewsShape"];
/** A clip by its names; without one the film itself is meant. */
export interface ClipName {
  campaign: string;
  clip: string;
}

export const videosServer = {
  about: (hash: string): Promise<About> => answer(client.GET("/api/videos/{video_hash}/about", { params: { path: { video_hash: hash } } })),
  /** Not asked for through the client: nobody is to sign in again because the mouse passed over the bar. */
  async previews(hash: string, clip: ClipName | undefined): Promise<Previews> {
    const query = clip ? `?${new URLSearchParams({ campaign: clip.campaign, clip: clip.clip })}` : "";
    const response = await fetch(`/api/videos/${encodeURIComponent(hash)}/previews${query}`, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    return (await response.json()) as Previews;
  },
};
