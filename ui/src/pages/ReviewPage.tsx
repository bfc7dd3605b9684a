/** The review page: was the critique right, and may the caption stand? */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { server, type Person, type Point, type Round, type Scratch, type TaskKey, type TaskView, type Tick, type Ticks } from "../api/server";
import { leaveField, useKeys } from "../keys/keys";
import { navigate, taskPath } from "../lib/router";
import { Diff, DiffChoice, DiffCount, nextView, type DiffView } from "../parts/Diff";
import { Key, Link, Section, Trouble, UserText } from "../parts/parts";
import { notify } from "../parts/notices";
import { Player } from "../player/Player";
import { usePlayer } from "../player/use-player";
import { CannotKnow, LabelFacts, Parents, Rounds } from "../task/Background";
import { MarkedText } from "../task/MarkedText";
import { PointList, rangesOf, showPoint } from "../task/PointList";
import { Shell } from "../task/Shell";
import { goOn, useTaskScratch, useTask, type OpenTask } from "../task/use-task";
import { say, words } from "../words";

interface Judging {
  v: 1;
  kind: "review";
  for: string;
  ticks: Ticks;
  reason: string;
  rejecting: boolean;
}

const ground = (view: TaskView) => `${view.rounds.length}:${view.draft?.hash ?? ""}`;

function revive(view: TaskView, scratch: Scratch): Judging {
  const fresh: Judging = { v: 1, kind: "review", for: ground(view), ticks: {}, reason: "", rejecting: false };
  const kept = scratch as Partial<Judging>;
  return kept.v === 1 && kept.kind === "review" && kept.for === fresh.for ? { ...fresh, ...kept } : fresh;
}

export function ReviewPage({ task, me }: { task: TaskKey; me: Person }) {
  const opened = useTask(task, me);
  const player = usePlayer(opened.view?.clip, opened.clock);
  if (!opened.view) return <main className="plain">{opened.problem ? <Trouble error={opened.problem} /> : <p className="dim">{words.loading}</p>}</main>;
  return <Review opened={opened} view={opened.view} me={me} task={task} player={player} />;
}

interface Props {
  opened: OpenTask;
  view: TaskView;
  me: Person;
  task: TaskKey;
  player: ReturnType<typeof usePlayer>;
}

function Review({ opened, view, me, task, player }: Props) {
  const w = words.review;
  const { engine } = player;
  const spec = useQuery({ queryKey: ["spec", task.campaign], queryFn: () => server.spec(task.campaign), staleTime: Infinity }).data;
  const reviveHere = useCallback((scratch: Scratch) => revive(view, scratch), [view]);
  const scratch = useTaskScratch(task, me, view, reviveHere);
  const { value: work, update } = scratch;
  const [active, setActive] = useState<string | null>(null);
  const [diffView, setDiffView] = useState<DiffView>("inline");
  const [hint, setHint] = useState<string | null>(null);
  const reason = useRef<HTMLTextAreaElement>(null);

  const judged: Round | undefined = view.rounds.at(-1);
  const mine = opened.holding && view.stage !== "correct";
  const points = useMemo(() => judged?.critique?.points ?? [], [judged]);
  const draft = view.draft?.text ?? "";
  const submitted = judged?.text ?? view.final?.text ?? "";

  const put = (change: Partial<Judging>) => {
    setHint(null);
    update({ for: ground(view), ...change });
  };
  const tick = (point: Point, value: Tick) => {
    const { [point.id]: before, ...others } = work.ticks;
    put({ ticks: before === value ? others : { ...others, [point.id]: value } });
    setActive(point.id);
  };
  const move = (by: number) => {
    if (points.length === 0) return;
    const at = points.findIndex((point) => point.id === active);
    setActive(points[Math.max(0, Math.min(points.length - 1, at < 0 ? 0 : at + by))]!.id);
  };
  const withActive = (run: (point: Point) => void) => () => {
    const point = points.find((each) => each.id === active);
    if (point) run(point);
  };

  const approve = async () => {
    if (!mine || opened.busy) return;
    try {
      const { outcome } = await opened.act("approve", { ticks: work.ticks });
      await scratch.clear();
      notify(outcome === "extra" ? words.task.keptAsExtra : w.approvedNotice);
      await goOn(task.campaign, ["review"]);
    } catch {
      /* the shell shows what went wrong */
    }
  };
  const openReject = () => {
    if (!mine) return;
    put({ rejecting: true });
    window.setTimeout(() => reason.current?.focus(), 0);
  };
  const reject = async () => {
    if (!mine || opened.busy) return;
    if (work.reason.trim() === "") {
      setHint(w.reasonFirst);
      reason.current?.focus();
      return;
    }
    try {
      const { outcome, task: after } = await opened.act("reject", { reason: work.reason.trim(), ticks: work.ticks });
      await scratch.clear();
      notify(outcome === "extra" ? words.task.keptAsExtra : w.rejectedNotice);
      if (after.stage === "correct" && after.lease) navigate(taskPath(task, "correct"));
      else await goOn(task.campaign, ["review"]);
    } catch {
      /* the shell shows what went wrong */
    }
  };

  useKeys({
    title: w.keysTitle,
    bindings: [
      { keys: ["A"], label: w.approve, run: () => void approve() },
      { keys: ["R"], label: w.reject, run: openReject },
      { keys: ["D"], label: w.diffKey, run: () => setDiffView(nextView(diffView)) },
      { keys: ["ArrowDown"], label: w.nextPoint, run: () => move(1) },
      { keys: ["ArrowUp"], label: w.previousPoint, run: () => move(-1) },
      { keys: ["Enter"], label: w.showPoint, run: withActive((point) => showPoint(engine, point)) },
      { keys: ["Y"], label: w.agreeKey, run: withActive((point) => mine && tick(point, "agreed")) },
      { keys: ["N"], label: w.disagreeKey, run: withActive((point) => mine && tick(point, "disagreed")) },
      { keys: ["Ctrl+Enter"], label: w.sendRejection, inText: true, run: () => work.rejecting && void reject() },
      {
        keys: ["Escape"], label: words.caption.leaveField, inText: true,
        run: () => (work.rejecting && work.reason === "" ? put({ rejecting: false }) : leaveField()),
      },
    ],
  });

  const ranges = rangesOf(points, active);

  const left = (
    <>
      <Player engine={engine} hash={view.clip.video_hash} clip={view.task} ranges={ranges} problem={player.problem ? <Trouble error={player.problem} /> : undefined} />
      <div className="under-player">
        <CannotKnow view={view} spec={spec} />
        <Parents view={view} />
        <LabelFacts view={view} spec={spec} />
        <Rounds rounds={view.rounds.slice(0, -1)} draft={view.draft?.text ?? null} />
      </div>
    </>
  );

  const footer = mine ? (
    <>
      <span className="footer-hint" role="status">{hint}</span>
      <span className="grow" />
      {work.rejecting ? (
        <>
          <button type="button" className="text-button" onClick={() => put({ rejecting: false })}>{w.notReject}</button>
          <button type="button" className="danger" onClick={() => void reject()} disabled={opened.busy !== null} data-testid="reject-send">
            {w.sendRejection} <Key name="Ctrl+Enter" />
          </button>
        </>
      ) : (
        <>
          <button type="button" onClick={openReject} disabled={opened.busy !== null} data-testid="reject">{w.reject} <Key name="R" /></button>
          <button type="button" className="primary" onClick={() => void approve()} disabled={opened.busy !== null} data-testid="approve">{w.approve} <Key name="A" /></button>
        </>
      )}
    </>
  ) : view.stage === "correct" && view.lease ? (
    <>
      <span className="grow" />
      <Link to={taskPath(task, "correct")} className="button primary" testid="go-correct">{w.goCorrect}</Link>
    </>
  ) : null;

  return (
    <Shell opened={opened} view={view} left={left} footer={footer} save={mine ? scratch : undefined}>
      {mine && work.rejecting && (
        <div className="reject-box">
          <label className="field">
            <span>{w.reason}</span>
            <textarea
              ref={reason} dir="auto" rows={3} value={work.reason} onChange={(event) => put({ reason: event.target.value })} data-testid="reject-reason"
              placeholder={w.reasonHint} required
            />
          </label>
        </div>
      )}
      {judged ? (
        <>
          <Section title={w.change} testid="review-diff-section" aside={view.draft && <DiffChoice view={diffView} onChange={setDiffView} />}>
            {view.draft ? (
              <>
                <Diff before={draft} after={submitted} view={diffView} testid="review-diff" />
                <DiffCount before={draft} after={submitted} />
              </>
            ) : (
              <UserText as="p" className="caption" text={submitted} testid="review-diff" />
            )}
          </Section>
          <Section
            title={w.critique} testid="review-critique"
            aside={
              <span className="dim">
                {judged.rating !== null && say(words.rounds.rating, { rating: judged.rating })}
                {judged.author && <> · <UserText text={judged.author} /></>}
              </span>
            }
          >
            {judged.critique?.raw && <UserText as="blockquote" text={judged.critique.raw} testid="review-raw" />}
            <PointList
              points={points} active={active} onHover={setActive} onPoint={(point) => showPoint(engine, point)}
              ticks={mine ? undefined : judged.verdict?.ticks} applied={judged.revision?.applied}
              notApplied={judged.revision ? Object.fromEntries(judged.revision.not_applied.map((each) => [each.point, each.why])) : undefined}
              actions={
                mine
                  ? (point) => (
                      <span className="segments" role="group" aria-label={w.tick}>
                        {(["agreed", "disagreed"] as const).map((value) => (
                          <button
                            key={value} type="button" aria-pressed={work.ticks[point.id] === value} data-testid={`tick-${value}`}
                            className={work.ticks[point.id] === value ? `segment on ${value}` : "segment"} onClick={() => tick(point, value)}
                          >
                            {w.tickWords[value]}
                          </button>
                        ))}
                      </span>
                    )
                  : undefined
              }
            />
            {!judged.critique && <p className="dim">{judged.rating === 5 ? w.sentinel : w.noCritique}</p>}
          </Section>
          {view.draft && points.length > 0 && (
            <Section title={words.caption.draft} testid="review-draft">
              <MarkedText text={draft} points={points} active={active} onHover={setActive} onPoint={(point) => showPoint(engine, point)} />
            </Section>
          )}
          {judged.verdict && (
            <Section title={w.verdict}>
              <p>{words.verdicts[judged.verdict.kind]}</p>
              {judged.verdict.reason && <UserText as="blockquote" text={judged.verdict.reason} />}
            </Section>
          )}
        </>
      ) : (
        <p className="dim">{w.nothing}</p>
      )}
    </Shell>
  );
}
