/** What stands beside a caption: what the writer could not know, the captions it rests on, the labels, earlier rounds. */
import type { Round, TaskView } from "../api/server";
import type { Spec } from "../api/spec";
import { Diff } from "../parts/Diff";
import { UserText } from "../parts/parts";
import { say, words } from "../words";
import { PointList } from "./PointList";

export function CannotKnow({ view, spec }: { view: TaskView; spec: Spec | undefined }) {
  const known = spec?.aspects.find((aspect) => aspect.id === view.task.aspect)?.topics ?? [];
  const title = (id: string) => known.find((topic) => topic.id === id)?.title ?? id;
  const topics = view.draft?.cannot_know ?? [];
  if (topics.length === 0) return null;
  return (
    <div className="cannot-know" data-testid="cannot-know">
      <span className="dim">{words.caption.cannotKnow}</span>
      {topics.map((topic) => <UserText key={topic} className="tag" text={title(topic)} />)}
    </div>
  );
}

export function Parents({ view }: { view: TaskView }) {
  const parents = Object.entries(view.parents).filter(([, parent]) => parent.text !== null);
  if (parents.length === 0) return null;
  return (
    <div className="folds" data-testid="parents">
      {parents.map(([aspect, parent]) => (
        <details key={aspect}>
          <summary>
            {say(words.caption.parent, { aspect })}
            {view.stale.includes(aspect) && <span className="bad"> {words.caption.changedSince}</span>}
          </summary>
          <UserText as="p" className="caption" text={parent.text ?? ""} />
        </details>
      ))}
    </div>
  );
}

export function LabelFacts({ view, spec }: { view: TaskView; spec: Spec | undefined }) {
  if (!view.labels) return null;
  const name = (id: string) => spec?.primitives.find((each) => each.id === id)?.title ?? id;
  const yes = Object.entries(view.labels.primitives).filter(([, value]) => value === true);
  return (
    <details className="fold" data-testid="label-facts">
      <summary>{say(words.caption.labels, { count: yes.length })}</summary>
      <div className="tags">{yes.map(([id]) => <UserText key={id} className="tag" text={name(id)} />)}</div>
    </details>
  );
}

export function Rounds({ rounds, draft }: { rounds: Round[]; draft: string | null }) {
  const w = words.rounds;
  if (rounds.length === 0) return null;
  return (
    <div className="folds" data-testid="rounds">
      {rounds.map((round, i) => (
        <details key={i}>
          <summary>
            {say(w.title, { number: i + 1, kind: w.kinds[round.kind], who: round.mine ? w.me : (round.author ?? w.someone) })}
            {round.rating !== null && <span className="dim"> {say(w.rating, { rating: round.rating })}</span>}
            {round.verdict && (
              <span className={round.verdict.kind === "approved" ? "good" : "bad"}> {words.verdicts[round.verdict.kind]}</span>
            )}
          </summary>
          {round.verdict?.reason && <UserText as="blockquote" text={round.verdict.reason} />}
          {round.critique && (
            <>
              {round.critique.raw && <UserText as="p" text={round.critique.raw} />}
              <PointList points={round.critique.points} active={null} onHover={() => {}} onPoint={() => {}} ticks={round.verdict?.ticks} />
            </>
          )}
          {round.text !== null && draft !== null && round.text !== draft ? (
            <Diff before={draft} after={round.text} testid="round-diff" />
          ) : (
            round.text !== null && <UserText as="p" className="caption" text={round.text} />
          )}
        </details>
      ))}
    </div>
  );
}
