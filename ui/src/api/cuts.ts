/** The addresses of a film's cuts. */
import { answer, client } from "./client";
import type { components } from "./schema";

type Shapes = components["schemas"];
export type Cuts = Shapes["CutsShape"];
/** Something that somebody did. */
export type Act = Shapes["ActShape"];
export type Transition = Shapes["TransitionShape"];
export type Detection = Shapes["DetectionShape"];
export type TransitionKind = Transition["kind"];

export interface Rests {
  seen: number;
  key: string;
  table: string;
}
export interface Stretch {
  start: number;
  end: number;
}
export type Edit =
  | { verb: "add"; kind: TransitionKind; to: Stretch }
  | { verb: "move"; kind: TransitionKind; was: Stretch; to: Stretch }
  | { verb: "remove"; was: Stretch }
  | { verb: "undo" };

const at = (hash: string) => ({ params: { path: { video_hash: hash } } });

export const cutsServer = {
  look: (hash: string): Promise<Cuts> => answer(client.GET("/api/videos/{video_hash}/cuts", at(hash))),
  detect: (hash: string): Promise<Cuts> => answer(client.POST("/api/videos/{video_hash}/cuts/detect", at(hash))),
  edit(hash: string, edit: Edit, rests: Rests): Promise<Cuts> {
    switch (edit.verb) {
      case "add":
        return answer(client.POST("/api/videos/{video_hash}/cuts/add", {
          ...at(hash), body: { kind: edit.kind, start_frame: edit.to.start, end_frame: edit.to.end, ...rests },
        }));
      case "move":
        return answer(client.POST("/api/videos/{video_hash}/cuts/move", {
          ...at(hash),
          body: {
            kind: edit.kind, was_start: edit.was.start, was_end: edit.was.end, start_frame: edit.to.start, end_frame: edit.to.end, ...rests,
          },
        }));
      case "remove":
        return answer(client.POST("/api/videos/{video_hash}/cuts/remove", {
          ...at(hash), body: { start_frame: edit.was.start, end_frame: edit.was.end, ...rests },
        }));
      case "undo":
        return answer(client.POST("/api/videos/{video_hash}/cuts/undo", { ...at(hash), body: rests }));
    }
  },
};

/** The picture of these frames side by side; the table's hash makes it one that the browser keeps. */
export function stripAddress(hash: string, table: string, place: Stretch, sides: number, height: number): string {
  const query = new URLSearchParams({ frame: String(place.start), before: String(sides), after: String(sides), height: String(height), table });
  if (place.end > place.start) query.set("end", String(place.end));
  return `/api/videos/${encodeURIComponent(hash)}/strip?${query}`;
}
