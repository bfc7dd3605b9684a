// @vitest-environment jsdom
import { beforeEach, expect, it } from "vitest";
import type { Point, TaskView } from "../api/server";
import { newPoint } from "../task/points";
import { LANGUAGE, ground, revive } from "./working";

beforeEach(() => localStorage.clear());

const view = (text: string, over: Partial<TaskView> = {}): TaskView =>
  ({ stage: "caption", mode: "critique", draft: { text, hash: `of ${text}`, cannot_know: [], at: "" }, round: null, ...over }) as TaskView;
const typed = (of: TaskView, points: Point[] = []) => ({ ...revive(of, {}), rating: 2, raw: "No.", points, edited: "by hand" });

it("begins with the round as the server has it, and in the person's language", () => {
  localStorage.setItem(LANGUAGE, JSON.stringify("zh"));
  expect(revive(view("It pans."), { anything: 1 })).toMatchObject({ rating: null, raw: "", language: "zh", points: [], edited: null });
  const round = { rating: 3, critique: { raw: "r", points: [], language: "en", polished: "p", words: "p" }, edited: "e" } as unknown as TaskView["round"];
  expect(revive(view("It pans.", { round }), {})).toMatchObject({ rating: 3, raw: "r", polished: "p", language: "en", edited: "e" });
});

it("takes the critique to another draft, its points to where their words are, and asks for the rating again", () => {
  const kept = typed(view("It pans."), [newPoint({ start: 3, end: 7, words: "pans" }, [])]);
  expect(revive(view("It pans."), kept)).toEqual(kept);
  const moved = revive(view("Now it pans."), kept);
  expect(moved).toMatchObject({ for: ground(view("Now it pans.")), rating: null, raw: "No.", edited: null });
  expect(moved.points[0]).toMatchObject({ start: 7, end: 11 });
  expect(revive(view("Other.", { mode: "edit" }), kept).edited).toBe("by hand");
});

it("takes nothing from the caption into its correction", () => {
  expect(revive(view("It pans.", { stage: "correct" }), typed(view("It pans.")))).toMatchObject({ rating: null, raw: "" });
});
