/** The caption page: draft, rating, critique, revision and submission, all in view; also for correcting a rejected caption. */
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { server, type Person, type TaskKey, type TaskView } from "../api/server";
import { CritiqueSection, RatingSection } from "../caption/CritiqueSections";
import { RevisionSection, WriteSection } from "../caption/TextSections";
import { useCaption } from "../caption/use-caption";
import { leaveField, useKeys } from "../keys/keys";
import { Diff, DiffChoice, DiffCount, nextView, type DiffView } from "../parts/Diff";
import { Banner, Key, Section, Trouble, UserText } from "../parts/parts";
import { Player } from "../player/Player";
import { usePlayer } from "../player/use-player";
import { CannotKnow, LabelFacts, Parents, Rounds } from "../task/Background";
import { MarkedText } from "../task/MarkedText";
import { PointEditor } from "../task/PointEditor";
import { rangesOf, showPoint } from "../task/PointList";
import { Shell } from "../task/Shell";
import { useTask, type OpenTask } from "../task/use-task";
import { say, words } from "../words";

export function CaptionPage({ task, me }: { task: TaskKey; me: Person }) {
  const opened = useTask(task, me);
  const player = usePlayer(opened.view?.clip, opened.clock);
  if (!opened.view) return <main className="plain">{opened.problem ? <Trouble error={opened.problem} /> : <p className="dim">{words.loading}</p>}</main>;
  return <Caption opened={opened} view={opened.view} me={me} task={task} player={player} />;
}

interface Props {
  opened: OpenTask;
  view: TaskView;
  me: Person;
  task: TaskKey;
  player: ReturnType<typeof usePlayer>;
}

function Caption({ opened, view, me, task, player }: Props) {
  const w = words.caption;
  const { engine } = player;
  const spec = useQuery({ queryKey: ["spec", task.campaign], queryFn: () => server.spec(task.campaign), staleTime: Infinity }).data;
  const at = useCaption(opened, view, me, task);
  const { work, put, mine, round, draft, correcting, rejected, critiqued, revision, caption, perfect, canCriticise, points, handEditing } = at;
  const [hovered, setHovered] = useState<string | null>(null);
  const [diffView, setDiffView] = useState<DiffView>("inline");
  const rawField = useRef<HTMLTextAreaElement>(null);

  useKeys({
    title: w.keysTitle,
    bindings: [
      { keys: ["Ctrl+Enter"], label: correcting ? w.correct : w.submit, inText: true, run: () => void (mine && at.submit()) },
      { keys: ["Ctrl+Shift+Enter"], label: w.revise, inText: true, run: () => void (canCriticise && at.revise()) },
      ...[1, 2, 3, 4, 5].map((rating) => ({
        keys: [`Shift+${rating}`], label: say(w.rateKey, { rating }), hidden: rating > 1,
        run: () => mine && view.mode === "critique" && put({ rating }),
      })),
      { keys: ["C"], label: w.remarkKey, run: () => canCriticise && at.openPoint(null) },
      { keys: ["W"], label: w.writeKey, run: () => rawField.current?.focus() },
      { keys: ["E"], label: w.editByHand, run: () => mine && caption !== null && at.setHandEditing(true) },
      { keys: ["D"], label: w.diffKey, run: () => setDiffView(nextView(diffView)) },
      {
        keys: ["Escape"], label: w.leaveField, inText: true,
        run: leaveField,
      },
    ],
  });

  const ranges = rangesOf(points, hovered);
  const topics = spec?.aspects.find((each) => each.id === task.aspect)?.topics.map((topic) => topic.id) ?? [];
  const primitives = spec?.primitives.filter((each) => each.aspects.length === 0 || each.aspects.includes(task.aspect)) ?? [];
  const policy = spec?.aspects.find((each) => each.id === task.aspect)?.policy;
  const shownRound = mine ? null : (view.round ?? null);

  const left = (
    <>
      <Player engine={engine} hash={view.clip.video_hash} clip={view.task} ranges={ranges} problem={player.problem ? <Trouble error={player.problem} /> : undefined} />
      <div className="under-player">
        <CannotKnow view={view} spec={spec} />
        <Parents view={view} />
        <LabelFacts view={view} spec={spec} />
        {policy && (
          <details className="fold">
            <summary>{w.policy}</summary>
            <UserText as="p" className="pre" text={policy} />
          </details>
        )}
        <Rounds rounds={view.rounds} draft={view.draft?.text ?? null} />
      </div>
    </>
  );

  const footer = mine ? (
    <>
      <span className="footer-hint" role="status">{at.hint}</span>
      <span className="grow" />
      {view.mode === "critique" && !perfect && (
        <button type="button" onClick={() => void at.revise()} disabled={opened.busy !== null} data-testid="revise" className={caption === null ? "primary" : ""}>
          {opened.busy === "revise" ? w.revising : w.revise} <Key name="Ctrl+Shift+Enter" />
        </button>
      )}
      <button type="button" onClick={() => void at.submit()} disabled={opened.busy !== null} data-testid="submit" className={caption !== null || perfect ? "primary" : ""}>
        {correcting ? w.correct : perfect ? w.submitPerfect : w.submit} <Key name="Ctrl+Enter" />
      </button>
    </>
  ) : view.may["withdraw"] === null && view.status === "to_review" ? (
    <>
      <span className="grow" />
      <button type="button" onClick={() => void at.takeBack()} data-testid="take-back">{w.takeBack}</button>
    </>
  ) : null;

  return (
    <Shell opened={opened} view={view} left={left} footer={footer} save={mine ? at.scratch : undefined}>
      {rejected?.verdict && (
        <Banner kind="warn" testid="rejection">
          <div>
            <strong>{w.rejectedWhy}</strong> <UserText text={rejected.verdict.reason ?? ""} />
          </div>
        </Banner>
      )}
      {view.stale.length > 0 && view.draft && view.status !== "settled" && (
        <Banner kind="warn" testid="stale">
          <span>{say(w.stale, { aspects: view.stale.join(", ") })}</span>
          {mine && (
            <button type="button" onClick={() => void at.redraft()} disabled={opened.busy !== null} data-testid="redraft">
              {opened.busy === "redraft" ? w.drafting : w.redraft}
            </button>
          )}
        </Banner>
      )}

      {view.draft && (mine ? view.mode === "critique" : !view.final) && (
        <Section
          title={w.draft} testid="draft-section"
          aside={canCriticise && <span className="hint">{w.selectHint}</span>}
        >
          <MarkedText
            text={draft} points={mine ? points : []} active={work.open?.id ?? hovered} onHover={setHovered}
            onPoint={(point) => showPoint(engine, point)} onSelect={canCriticise ? at.openPoint : undefined}
          />
        </Section>
      )}

      {canCriticise && work.open && (
        <PointEditor
          point={work.open} isNew={!work.points.some((point) => point.id === work.open!.id)} draft={draft} primitives={primitives}
          topics={topics} engine={engine} onChange={(open) => put({ open })} onKeep={at.keepPoint} onCancel={() => put({ open: null })}
        />
      )}

      {mine && view.mode === "critique" && view.draft && <RatingSection at={at} />}

      {canCriticise && (
        <CritiqueSection at={at} busy={opened.busy} engine={engine} hovered={hovered} onHover={setHovered} rawField={rawField} />
      )}

      {mine && view.mode === "critique" && !perfect && (revision || work.edited !== null || handEditing) && (
        <RevisionSection at={at} diffView={diffView} onDiffView={setDiffView} />
      )}
      {canCriticise && round?.critique && !critiqued && (round.revision || round.edited) && <p className="hint" data-testid="critique-changed">{w.critiqueChanged}</p>}
      {canCriticise && !revision && work.edited === null && !handEditing && critiqued && round?.critique && (
        <button type="button" className="text-button" onClick={() => at.setHandEditing(true)} data-testid="edit-by-hand">{w.withoutWriter}</button>
      )}

      {mine && view.mode !== "critique" && <WriteSection at={at} mode={view.mode} diffView={diffView} onDiffView={setDiffView} />}

      {!mine && shownRound && <Rounds rounds={[shownRound]} draft={view.draft?.text ?? null} />}
      {!mine && view.final && (
        <Section title={w.final} testid="final-section" aside={view.draft && <DiffChoice view={diffView} onChange={setDiffView} />}>
          <Diff before={view.draft ? draft : view.final.text} after={view.final.text} view={diffView} testid="final" />
          {view.draft && <DiffCount before={draft} after={view.final.text} />}
        </Section>
      )}
    </Shell>
  );
}
