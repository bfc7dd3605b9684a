/**
 * Holds types.ts to the server's document when the types are checked: a shape here may narrow a value ("to_review"
 * instead of any text), but it knows every key that the server sends and none that it does not.
 */
import type { components } from "./schema";
import type {
  BoardRow, CampaignInfo, Claim, Critique, Lease, Outcome, Person, Point, Queue, Revision, Round, SavedScratch, Session,
  TaskRow, TaskView, Verdict,
} from "./types";

type Server = components["schemas"];
type Narrows<Mine, Theirs> = Mine extends Theirs ? ([keyof Mine] extends [keyof Theirs] ? true : false) : false;
type Assert<T extends true> = T;

export type Contract = [
  Assert<Narrows<Person, Server["PersonShape"]>>,
  Assert<Narrows<Session, Server["SessionShape"]>>,
  Assert<Narrows<CampaignInfo, Server["CampaignShape"]>>,
  Assert<Narrows<TaskRow, Server["TaskRowShape"]>>,
  Assert<Narrows<Queue, Server["QueueShape"]>>,
  Assert<Narrows<BoardRow, Server["BoardRowShape"]>>,
  Assert<Narrows<Lease, Server["LeaseShape"]>>,
  Assert<Narrows<Claim, Server["NextShape"]>>,
  Assert<Narrows<Point, Server["PointShape"]>>,
  Assert<Narrows<Critique, Server["CritiqueShape"]>>,
  Assert<Narrows<Revision, Server["RevisionShape"]>>,
  Assert<Narrows<Verdict, Server["VerdictShape"]>>,
  Assert<Narrows<Round, Server["RoundShape"]>>,
  Assert<Narrows<SavedScratch, Server["ScratchShape"]>>,
  Assert<Narrows<TaskView, Server["TaskView"]>>,
  Assert<Narrows<Outcome, Server["OutcomeShape"]>>,
];
