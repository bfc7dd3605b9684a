/** The caption page: draft, rating, critique, revision and submission, all in view; also for correcting a rejected caption. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { server } from "../api/server";
import type { Person, Point, Round, Scratch, TaskKey, TaskView } from "../api/types";
import { useKeys } from "../keys/keys";
import { kept } from "../lib/storage";
import { changeCount, wordDiff } from "../lib/worddiff";
import { Banner, Diff, Key, Section, Trouble, UserText, type DiffView } from "../parts/parts";
import { notify } from "../parts/notices";
import { Player } from "../player/Player";
import { usePlayer } from "../player/use-player";
import { CannotKnow, LabelFacts, Parents, Rounds } from "../task/Background";
import { DraftText } from "../task/DraftText";
import { PointEditor } from "../task/PointEditor";
import { PointList, showPoint } from "../task/PointList";
import { newPoint, reanchor, sameCritique, samePlain } from "../task/points";
import { Shell } from "../task/Shell";
import { goOn, useScratch, useTask, type Desk } from "../task/use-task";
import { say, words } from "../words";

interface Working {
  v: 1;
  kind: "caption";
  /** The round and draft that it was written on. */
  for: string;
  rating: number | null;
  raw: string;
  language: string;
  points: Point[];
  /** The same in a model's words, accepted; empty where it stands as it was written. */
  polished: string;
  /** The point in the editor. */
  open: Point | null;
  /** The caption as written by hand; null: as revised. */
  edited: string | null;
}

const DIFF_VIEWS: DiffView[] = ["inline", "side", "clean"];

export function CaptionPage({ task, me }: { task: TaskKey; me: Person }) {
  const desk = useTask(task, me);
  const player = usePlayer(desk.view?.clip, desk.clock);
  if (!desk.view) return <main className="plain">{desk.problem ? <Trouble error={desk.problem} /> : <p className="dim">{words.loading}</p>}</main>;
  return <Caption desk={desk} view={desk.view} me={me} task={task} player={player} />;
}

function fromRound(view: TaskView): Working {
  const round = view.round;
  return {
    v: 1,
    kind: "caption",
    for: ground(view),
    rating: round?.rating ?? null,
    raw: round?.critique?.raw ?? "",
    language: round?.critique?.language ?? kept.read<string>("videolect:language") ?? "en",
    points: round?.critique?.points ?? [],
    polished: round?.critique?.polished ?? "",
    open: null,
    edited: round?.edited ?? null,
  };
}

const roundKind = (view: TaskView) => (view.stage === "correct" ? "correction" : "caption");
const ground = (view: TaskView) => `${roundKind(view)}:${view.draft?.hash ?? ""}`;

/** The page's own shape of whatever was kept. Another draft takes the critique over, its points moved to their words. */
function revive(view: TaskView, scratch: Scratch): Working {
  const found = scratch as Partial<Working>;
  if (found.v !== 1 || found.kind !== "caption" || typeof found.for !== "string") return fromRound(view);
  const whole = { ...fromRound(view), ...found } as Working;
  if (found.for === ground(view)) return whole;
  if (!found.for.startsWith(`${roundKind(view)}:`) || !view.draft) return fromRound(view);
  return { ...whole, for: ground(view), rating: null, points: reanchor(view.draft.text, whole.points), open: null, edited: view.mode === "critique" ? null : whole.edited };
}

interface Props {
  desk: Desk;
  view: TaskView;
  me: Person;
  task: TaskKey;
  player: ReturnType<typeof usePlayer>;
}

function Caption({ desk, view, me, task, player }: Props) {
  const w = words.caption;
  const { engine } = player;
  const spec = useQuery({ queryKey: ["spec", task.campaign], queryFn: () => server.spec(task.campaign), staleTime: Infinity }).data;
  const reviveHere = useCallback((scratch: Scratch) => revive(view, scratch), [view]);
  const book = useScratch(task, me, view, reviveHere);
  const { value: work, update } = book;
  const [hovered, setHovered] = useState<string | null>(null);
  const [diffView, setDiffView] = useState<DiffView>("inline");
  const [handEditing, setHandEditing] = useState(false);
  const [hint, setHint] = useState<string | null>(null);
  const rawField = useRef<HTMLTextAreaElement>(null);

  const mine = desk.holding;
  const round = mine ? view.round : null;
  const draft = view.draft?.text ?? "";
  const correcting = view.stage === "correct";
  const rejected = correcting ? (view.rounds.at(-1) ?? null) : null;
  const critiqued = sameCritique(work, round?.critique ?? null);
  const offered = work.polished || (samePlain(work, round?.critique ?? null) ? (round?.polished ?? null) : null);
  const revision = critiqued ? (round?.revision ?? null) : null;
  const caption = view.mode === "critique" ? (work.edited ?? revision?.text ?? null) : (work.edited ?? round?.edited ?? (view.mode === "edit" ? draft : ""));
  const perfect = work.rating === 5;
  const empty = work.raw.trim() === "" && work.points.length === 0;
  const shownPoints = work.open && !work.points.some((point) => point.id === work.open!.id) ? [...work.points, work.open] : work.points.map((point) => (point.id === work.open?.id ? work.open : point));

  // ------------------------------------------------------------------------------------------------ acts

  const put = (change: Partial<Working>) => {
    setHint(null);
    const other = change.raw !== undefined || change.points !== undefined || change.language !== undefined;
    update({ for: ground(view), ...(other ? { polished: "" } : {}), ...change });
  };
  const quietly = async (run: () => Promise<void>) => {
    try {
      await run();
    } catch {
      /* the shell shows what went wrong */
    }
  };
  /** Send the rating and the critique as far as the server does not have them; the round afterwards. */
  const sendCritique = async (): Promise<Round | null> => {
    let now = desk.lost ? null : round;
    if (work.rating !== null && now?.rating !== work.rating) now = (await desk.act("rate", { rating: work.rating })).task.round;
    if (!perfect && !empty && !sameCritique(work, now?.critique ?? null)) {
      const body = { raw: work.raw, points: work.points, language: work.language, polished: work.polished };
      now = (await desk.act("critique", body)).task.round;
    }
    return desk.lost ? null : now;
  };
  const notReady = (): string | null => {
    if (work.open) return w.finishPoint;
    if (view.mode !== "critique") return caption?.trim() ? null : w.writeFirst;
    if (work.rating === null) return w.rateFirst;
    if (perfect) return null;
    if (empty) return w.criticiseFirst;
    return null;
  };
  const polish = () =>
    quietly(async () => {
      const why = notReady();
      if (why) return setHint(why);
      if (work.polished) put({ polished: "" });
      await sendCritique();
      await desk.act("polish");
    });
  const revise = () =>
    quietly(async () => {
      const why = notReady() ?? (perfect ? w.perfectNeedsNone : null);
      if (why) return setHint(why);
      await sendCritique();
      await desk.act("revise");
      put({ edited: null });
      setHandEditing(false);
    });
  const submit = () =>
    quietly(async () => {
      if (desk.busy) return;
      const why = notReady() ?? (view.mode === "critique" && !perfect && caption === null ? w.reviseFirst : null);
      if (why) return setHint(why);
      let now = desk.lost ? null : round;
      if (view.mode === "critique") now = await sendCritique();
      if (!perfect && work.edited !== null && work.edited !== (now?.edited ?? now?.revision?.text)) {
        await desk.act("edit", { text: work.edited });
      } else if (view.mode !== "critique" && caption !== null && now?.edited !== caption) await desk.act("edit", { text: caption });
      const { outcome } = await desk.act(correcting ? "correct" : "submit");
      await book.clear();
      notify(outcome === "extra" ? words.task.keptAsExtra : words.task.submitted);
      await goOn(task.campaign, correcting ? ["correct", "review"] : ["caption"]);
    });
  const redraft = () => quietly(async () => void (await desk.act("redraft")));
  const takeBack = () =>
    quietly(async () => {
      await desk.act("withdraw", { target: "submission", reason: "" });
    });

  // ------------------------------------------------------------------------------------------------ points

  const keepPoint = () => {
    const open = work.open;
    if (!open) return;
    const known = work.points.some((point) => point.id === open.id);
    const clean = { ...open, instruction: open.instruction.trim() };
    put({ open: null, points: known ? work.points.map((point) => (point.id === open.id ? clean : point)) : [...work.points, clean] });
  };
  const openPoint = (span: Parameters<typeof newPoint>[0]) => {
    if (work.open && work.open.instruction === "" && span) put({ open: { ...work.open, ...span, kind: work.open.kind === "remark" ? "replace" : work.open.kind } });
    else if (!work.open) put({ open: newPoint(span, work.points) });
    else setHint(w.finishPoint);
  };
  const canCriticise = mine && view.mode === "critique" && !perfect && view.draft !== null;

  useKeys({
    title: w.keysTitle,
    bindings: [
      { keys: ["Ctrl+Enter"], label: correcting ? w.correct : w.submit, inText: true, run: () => void (mine && submit()) },
      { keys: ["Ctrl+Shift+Enter"], label: w.revise, inText: true, run: () => void (canCriticise && revise()) },
      ...[1, 2, 3, 4, 5].map((rating) => ({
        keys: [`Shift+${rating}`], label: say(w.rateKey, { rating }), hidden: rating > 1,
        run: () => mine && view.mode === "critique" && put({ rating }),
      })),
      { keys: ["C"], label: w.remarkKey, run: () => canCriticise && openPoint(null) },
      { keys: ["W"], label: w.writeKey, run: () => rawField.current?.focus() },
      { keys: ["E"], label: w.editByHand, run: () => mine && caption !== null && setHandEditing(true) },
      { keys: ["D"], label: w.diffKey, run: () => setDiffView(DIFF_VIEWS[(DIFF_VIEWS.indexOf(diffView) + 1) % 3]!) },
      {
        keys: ["Escape"], label: w.leaveField, inText: true,
        run: () => document.activeElement instanceof HTMLElement && document.activeElement.blur(),
      },
    ],
  });

  const ranges = shownPoints.flatMap((point, i) =>
    point.start_frame === null || point.end_frame === null
      ? []
      : [{ id: point.id, name: say(words.point.numbered, { number: i + 1 }), start: point.start_frame, end: point.end_frame, active: hovered === point.id }],
  );
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
      <span className="footer-hint" role="status">{hint}</span>
      <span className="grow" />
      {view.mode === "critique" && !perfect && (
        <button type="button" onClick={() => void revise()} disabled={desk.busy !== null} data-testid="revise" className={caption === null ? "primary" : ""}>
          {desk.busy === "revise" ? w.revising : w.revise} <Key name="Ctrl+Shift+Enter" />
        </button>
      )}
      <button type="button" onClick={() => void submit()} disabled={desk.busy !== null} data-testid="submit" className={caption !== null || perfect ? "primary" : ""}>
        {correcting ? w.correct : perfect ? w.submitPerfect : w.submit} <Key name="Ctrl+Enter" />
      </button>
    </>
  ) : view.may.withdraw === null && view.status === "to_review" ? (
    <>
      <span className="grow" />
      <button type="button" onClick={() => void takeBack()} data-testid="take-back">{w.takeBack}</button>
    </>
  ) : null;

  return (
    <Shell desk={desk} view={view} left={left} footer={footer} save={mine ? book : undefined}>
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
            <button type="button" onClick={() => void redraft()} disabled={desk.busy !== null} data-testid="redraft">
              {desk.busy === "redraft" ? w.drafting : w.redraft}
            </button>
          )}
        </Banner>
      )}

      {view.draft && (mine ? view.mode === "critique" : !view.final) && (
        <Section
          title={w.draft} testid="draft-section"
          aside={canCriticise && <span className="hint">{w.selectHint}</span>}
        >
          <DraftText
            text={draft} points={mine ? shownPoints : []} active={work.open?.id ?? hovered} onHover={setHovered}
            onPoint={(point) => showPoint(engine, point)} onSelect={canCriticise ? openPoint : undefined}
          />
        </Section>
      )}

      {canCriticise && work.open && (
        <PointEditor
          point={work.open} isNew={!work.points.some((point) => point.id === work.open!.id)} draft={draft} primitives={primitives}
          topics={topics} engine={engine} onChange={(open) => put({ open })} onKeep={keepPoint} onCancel={() => put({ open: null })}
        />
      )}

      {mine && view.mode === "critique" && view.draft && (
        <Section title={w.rating} testid="rating-section">
          <div className="rating" role="group" aria-label={w.rating}>
            {[1, 2, 3, 4, 5].map((rating) => (
              <button
                key={rating} type="button" aria-pressed={work.rating === rating} className={work.rating === rating ? "rate on" : "rate"}
                onMouseDown={(event) => event.preventDefault()} onClick={() => put({ rating })} data-testid={`rate-${rating}`} title={`Shift ${rating}`}
              >
                <strong>{rating}</strong> <span>{w.ratings[rating - 1]}</span>
              </button>
            ))}
          </div>
          {perfect && <p className="hint">{w.perfectHint}</p>}
        </Section>
      )}

      {canCriticise && (
        <Section
          title={w.critique} testid="critique-section"
          aside={
            <>
              <button type="button" className="text-button" onClick={() => openPoint(null)} data-testid="add-remark">{w.addRemark}</button>
            </>
          }
        >
          <PointList
            points={work.points} active={work.open?.id ?? hovered} onHover={setHovered} onPoint={(point) => showPoint(engine, point)}
            ticks={rejected?.verdict?.ticks} applied={revision?.applied}
            notApplied={revision ? Object.fromEntries(revision.not_applied.map((each) => [each.point, each.why])) : undefined}
            actions={(point) => (
              <>
                <button type="button" className="text-button" onClick={() => put({ open: point })} data-testid="point-edit">{w.edit}</button>
                <button
                  type="button" className="text-button" data-testid="point-remove"
                  onClick={() => put({ points: work.points.filter((each) => each.id !== point.id), open: work.open?.id === point.id ? null : work.open })}
                >
                  {w.remove}
                </button>
              </>
            )}
          />
          <label className="field">
            <span className="field-head">
              {w.raw}
              <LanguageChoice value={work.language} onChange={(language) => put({ language })} />
            </span>
            <textarea ref={rawField} dir="auto" rows={3} value={work.raw} onChange={(event) => put({ raw: event.target.value })} data-testid="critique-raw" placeholder={w.rawHint} />
          </label>
          {offered ? (
            <div className="polished" data-testid="polished">
              <p className="hint">{work.polished ? w.polishedUsed : w.polishedOffer}</p>
              <UserText as="p" text={offered} />
              {work.polished ? (
                <button type="button" className="text-button" onClick={() => put({ polished: "" })} data-testid="polish-drop">{w.polishDrop}</button>
              ) : (
                <button type="button" onClick={() => put({ polished: offered })} data-testid="polish-use">{w.polishUse}</button>
              )}
            </div>
          ) : (
            !empty && (
              <button type="button" className="text-button" onClick={() => void polish()} disabled={desk.busy !== null} data-testid="polish">
                {desk.busy === "polish" ? w.polishing : w.polish}
              </button>
            )
          )}
        </Section>
      )}

      {mine && view.mode === "critique" && !perfect && (revision || work.edited !== null || handEditing) && (
        <Section
          title={work.edited !== null ? w.byHand : w.revision} testid="revision-section"
          aside={
            <>
              {!handEditing && work.edited === null && <button type="button" className="text-button" onClick={() => setHandEditing(true)} data-testid="edit-by-hand">{w.editByHand} <Key name="E" /></button>}
              {work.edited !== null && revision && <button type="button" className="text-button" onClick={() => {
                put({ edited: null });
                setHandEditing(false);
              }} data-testid="edit-drop">{w.backToRevision}</button>}
              <DiffChoice view={diffView} onChange={setDiffView} />
            </>
          }
        >
          {(handEditing || work.edited !== null) && (
            <textarea
              className="caption-field" dir="auto" autoFocus={handEditing} value={work.edited ?? revision?.text ?? draft} aria-label={w.byHand}
              onChange={(event) => put({ edited: event.target.value })} data-testid="edited"
            />
          )}
          <Diff before={draft} after={caption ?? draft} view={diffView} testid="revision-diff" />
          <DiffCount before={draft} after={caption ?? draft} />
        </Section>
      )}
      {canCriticise && round?.critique && !critiqued && (round.revision || round.edited) && <p className="hint" data-testid="critique-changed">{w.critiqueChanged}</p>}
      {canCriticise && !revision && work.edited === null && !handEditing && critiqued && round?.critique && (
        <button type="button" className="text-button" onClick={() => setHandEditing(true)} data-testid="edit-by-hand">{w.withoutWriter}</button>
      )}

      {mine && view.mode !== "critique" && (
        <Section title={view.mode === "edit" ? w.editDraft : w.writeCaption} testid="write-section" aside={view.mode === "edit" && <DiffChoice view={diffView} onChange={setDiffView} />}>
          <textarea
            className="caption-field tall" dir="auto" value={caption ?? ""} aria-label={w.caption} data-testid="edited"
            onChange={(event) => put({ edited: event.target.value })}
          />
          {view.mode === "edit" && (
            <>
              {caption !== draft && <Diff before={draft} after={caption ?? ""} view={diffView} testid="revision-diff" />}
              <DiffCount before={draft} after={caption ?? ""} />
            </>
          )}
        </Section>
      )}

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

export function DiffChoice({ view, onChange }: { view: DiffView; onChange: (view: DiffView) => void }) {
  return (
    <span className="segments" role="group" aria-label={words.diff.view}>
      {DIFF_VIEWS.map((each) => (
        <button
          key={each} type="button" className={view === each ? "segment on" : "segment"} aria-pressed={view === each}
          onClick={() => onChange(each)} data-testid={`diff-${each}`}
        >
          {words.diff.views[each]}
        </button>
      ))}
    </span>
  );
}

export function DiffCount({ before, after }: { before: string; after: string }) {
  const count = changeCount(wordDiff(before, after));
  return <p className="dim small-text">{before === after ? words.diff.same : say(words.diff.count, count)}</p>;
}

const LANGUAGES = ["en", "zh", "es", "fr", "de", "pt", "ja", "ko", "ru", "ar", "hi", "it"];

function LanguageChoice({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  const all = LANGUAGES.includes(value) ? LANGUAGES : [value, ...LANGUAGES];
  return (
    <select
      value={value} aria-label={words.caption.language} data-testid="critique-language"
      onChange={(event) => {
        kept.write("videolect:language", event.target.value);
        onChange(event.target.value);
      }}
    >
      {all.map((each) => <option key={each} value={each}>{names.of(each) ?? each}</option>)}
    </select>
  );
}
