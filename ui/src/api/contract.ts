/**
 * Holds types.ts to the server's document when the types are checked: a shape here may narrow a value ("to_review"
 * instead of any text), but it knows every key that the server sends and none that it does not.
 */
import type { components } from "./schema";
import type {
  BoardRow, CampaignInfo, Claim, Critique, Form, Lease, Outcome, Person, Point, Queue, Revision, Round, SavedScratch, Segment, Session,
  TaskRow, TaskView, Verdict,
} from "./types";

type Server = components["schemas"];
type Narrows<Mine, Theirs> = Mine extends Theirs ? ([keyof Mine] extends [keyof Theirs] ? true : false) : false;
type Assert<T extends true> = T;
/** Plain data to the document: docs/language.md says what stands in them. */
type Rules = "fields" | "consistency";

export type Contract = [
  Assert<Narrows<Person, Server["PersonShape"]>>,
  Assert<Narrows<Session, Server["SessionShape"]>>,
  Assert<Narrows<CampaignInfo, Server["CampaignShape"]>>,
  Assert<Narrows<TaskRow, Server["TaskRowShape"]>>,
  Assert<Narrows<Queue, Server["QueueShape"]>>,
  Assert<Narrows<BoardRow, Server["BoardRowShape"]>>,
  Assert<Narrows<Lease, Server["LeaseShape"]>>,
  Assert<Narrows<Claim, Server["NextShape"]>>,
  Assert<Narrows<Omit<Form, Rules>, Omit<Server["FormShape"], Rules>>>,
  Assert<Narrows<Segment, Server["SegmentShape"]>>,
  Assert<Narrows<Point, Server["PointShape"]>>,
  Assert<Narrows<Critique, Server["CritiqueShape"]>>,
  Assert<Narrows<Revision, Server["RevisionShape"]>>,
  Assert<Narrows<Verdict, Server["VerdictShape"]>>,
  Assert<Narrows<Round, Server["RoundShape"]>>,
  Assert<Narrows<SavedScratch, Server["ScratchShape"]>>,
  Assert<Narrows<TaskView, Server["TaskView"]>>,
  Assert<Narrows<Outcome, Server["OutcomeShape"]>>,
];
