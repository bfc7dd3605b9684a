/** What shows the language: loops and stills of primitives and of answers. */
import { answer, client } from "./client";
import type { components } from "./schema";

type Shapes = components["schemas"];
export type LoopFiles = Shapes["LoopShape"];
export type PrimitivePictures = Shapes["PrimitivePictures"];
export type AnswerPicture = Shapes["AnswerPicture"];

export const picturesServer = {
  /** With a hash by the version of that hash. */
  primitive: (id: string, hash?: string): Promise<PrimitivePictures> =>
    answer(client.GET("/api/glossary/primitives/{id}", { params: { path: { id }, query: { hash } } })),
  /** By question: what its answers look like. */
  questions: async (campaign: string): Promise<Record<string, AnswerPicture[]>> => {
    const told = await answer(client.GET("/api/glossary/questions", { params: { query: { campaign } } }));
    return Object.fromEntries(told.questions.map((each) => [each.field, each.answers]));
  },
};
