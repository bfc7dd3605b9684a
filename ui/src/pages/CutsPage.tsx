/** A film's cuts: the player, and every transition with a strip of frames around it, to be moved, added and removed. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { Unreachable } from "../api/client";
import { cutsServer, type Cuts, type Stretch, type Transition, type TransitionKind } from "../api/cuts";
import type { ClipInfo, Person } from "../api/server";
import { CutKeeper } from "../cuts/keeper";
import { List, numbers, times } from "../cuts/List";
import { QUIET_MS, pollAfter } from "../cuts/news";
import { isAt, nameOf, placeOf, shifted, told, whyNot } from "../cuts/rule";
import { useKeys } from "../keys/keys";
import { ActiveClock } from "../lib/active";
import { guardLeaving, pathFrom } from "../lib/router";
import { Banner, Key, Link, Trouble } from "../parts/parts";
import { AboutFilm } from "../player/AboutFilm";
import type { PlayerEngine } from "../player/engine";
import { Player } from "../player/Player";
import { usePlayer } from "../player/use-player";
import { say, words } from "../words";

const KINDS: TransitionKind[] = ["cut", "dissolve", "fade_black", "fade_white", "gradual"];
/** Seconds before and after a cut that Enter plays. */
const AROUND_S = 1;

export function CutsPage({ hash, me }: { hash: string; me: Person }) {
  const found = useQuery({
    queryKey: ["cuts", hash],
    queryFn: () => cutsServer.look(hash),
    refetchInterval: (query) => (query.state.data ? pollAfter(query.state.data, me.id) : QUIET_MS),
    structuralSharing: false,
  });
  if (!found.data) return <main className="plain">{found.error ? <Trouble error={found.error} /> : <p className="dim">{words.loading}</p>}</main>;
  return <Editor key={hash} hash={hash} me={me} news={found.data} again={() => void found.refetch()} />;
}

/** A link may name a frame: the transition that is nearest to it is chosen. */
function fromAddress(): number | null {
  const frame = new URLSearchParams(window.location.search).get("f") ?? "";
  return /^\d{1,9}$/.test(frame) ? Number(frame) : null;
}

function Editor({ hash, me, news, again }: { hash: string; me: Person; news: Cuts; again: () => void }) {
  const w = words.cuts;
  const [keeper] = useState(() => new CutKeeper(
    news, me.id, (edit, rests) => cutsServer.edit(hash, edit, rests), () => cutsServer.look(hash), fromAddress(),
  ));
  useEffect(() => keeper.take(news), [keeper, news]);
  const { cuts, shown, ids, saving, chosen, trouble, away, kept, goTo } = useSyncExternalStore(keeper.subscribe, keeper.snapshot);
  useUnsaved(keeper);
  const { video, detection, may_edit: mayEdit } = cuts;

  const clip = useMemo<ClipInfo>(
    () => ({ id: video.file_name, video_hash: hash, source_id: hash, frames: video.frames, start_frame: 0, end_frame: video.frames }),
    [hash, video.file_name, video.frames],
  );
  const [clock] = useState(() => new ActiveClock());
  const { engine, problem } = usePlayer(clip, clock);

  const current = chosen ? shown.findIndex((one) => isAt(one, chosen)) : -1;
  const selected: Transition | undefined = shown[current];
  const [detectProblem, setDetectProblem] = useState<unknown>(null);

  const opened = useRef(keeper.snapshot().chosen);
  useEffect(() => {
    if (engine && opened.current) engine.seek(opened.current.start); // a link shows what it chooses
  }, [engine]);
  useEffect(() => {
    if (!goTo) return;
    engine?.pause();
    engine?.seek(goTo.frame);
  }, [goTo, engine]);

  const show = useCallback((place: Stretch, frame: number) => {
    keeper.choose(place);
    engine?.pause();
    engine?.seek(frame);
  }, [keeper, engine]);
  const go = useCallback((place: Stretch) => show(place, place.start), [show]);
  const walk = (by: number) => {
    const frame = engine?.snapshot().frame ?? 0;
    const next = current >= 0 ? shown[Math.max(0, Math.min(shown.length - 1, current + by))]
      : by > 0 ? (shown.find((one) => one.start_frame >= frame) ?? shown.at(-1))
      : (shown.findLast((one) => one.start_frame <= frame) ?? shown[0]);
    if (next) go(placeOf(next));
  };
  /** What is chosen, for an edit of it; where nothing is, the page says so. */
  const toEdit = (): Transition | undefined => {
    if (!mayEdit) return undefined;
    const one = keeper.selected();
    if (!one) keeper.tell(told(w.chooseFirst, w.chooseMend));
    return one;
  };
  const shift = (by: number) => {
    const one = toEdit();
    if (!one) return;
    const was = placeOf(one);
    const to = shifted(keeper.snapshot().shown, video.frames, was, by);
    if (to.start === was.start) {
      const next = { start: was.start + Math.sign(by), end: was.end + Math.sign(by) };
      keeper.tell(whyNot(shown, video.frames, one.kind, next, was) ?? told(w.goesNoFurther, w.goesNoFurtherMend));
      return;
    }
    keeper.push({ verb: "move", kind: one.kind, was, to }, to);
    engine?.pause();
    engine?.seek(to.start);
  };
  const add = () => {
    if (!mayEdit || !engine) return;
    const frame = engine.snapshot().frame;
    const to = { start: frame, end: frame };
    const why = whyNot(shown, video.frames, "cut", to);
    if (why) keeper.tell(why);
    else {
      keeper.push({ verb: "add", kind: "cut", to }, to);
      engine.pause();
      engine.seek(frame);
    }
  };
  const remove = () => {
    const one = toEdit();
    if (!one) return;
    const next = shown[current + 1] ?? shown[current - 1];
    keeper.push({ verb: "remove", was: placeOf(one) }, next ? placeOf(next) : null);
    if (next) go(placeOf(next));
  };
  /** Another kind or other ends; a transition without a frame of its own is a cut, and one with some is none. */
  const reshape = (one: Transition, kind: TransitionKind, to: Stretch) => {
    const made = to.start === to.end ? "cut" : kind === "cut" ? "dissolve" : kind;
    const was = placeOf(one);
    if (made === one.kind && isAt(one, to)) return;
    const why = whyNot(shown, video.frames, made, to, was);
    if (why) keeper.tell(why);
    else keeper.push({ verb: "move", kind: made, was, to }, to);
  };
  const setEnd = (which: "start" | "end") => {
    const one = toEdit();
    if (!one || !engine) return;
    const { frame } = engine.snapshot();
    const { start, end } = placeOf(one);
    if (which === "start" && frame > end) keeper.tell(told(say(w.behindEnd, { frame, end }), w.behindEndMend));
    else if (which === "end" && frame < start) keeper.tell(told(say(w.beforeStart, { frame, start }), w.beforeStartMend));
    else reshape(one, one.kind, { start, end, [which]: frame });
  };
  const setKind = (kind: TransitionKind) => {
    const one = toEdit();
    if (one) reshape(one, kind, { start: kind === "cut" ? one.end_frame : one.start_frame, end: one.end_frame });
  };
  const undo = () => {
    if (mayEdit) keeper.push({ verb: "undo" }, null);
  };
  /** Once for each press of the key. */
  const once = (run: () => void) => (event: KeyboardEvent) => {
    if (!event.repeat) run();
  };
  /** Again while the key is held; not beyond a refusal. */
  const heldSince = useRef(0);
  const held = (run: () => void) => (event: KeyboardEvent) => {
    if (!event.repeat) heldSince.current = keeper.snapshot().refusals;
    if (heldSince.current === keeper.snapshot().refusals) run();
  };
  const playAround = () => {
    if (selected && engine) engine.playRange(secondsAround(engine, placeOf(selected)), false);
  };
  const detect = async () => {
    setDetectProblem(null);
    await cutsServer.detect(hash).then(again, setDetectProblem);
  };

  useKeys({
    title: w.keysTitle,
    bindings: [
      { keys: ["ArrowDown"], label: w.next, run: () => walk(1) },
      { keys: ["ArrowUp"], label: w.previous, run: () => walk(-1) },
      { keys: ["Enter"], label: w.play, run: playAround },
      ...(mayEdit
        ? [
            { keys: ["ArrowLeft"], label: w.earlier, run: held(() => shift(-1)) },
            { keys: ["ArrowRight"], label: w.later, run: held(() => shift(1)) },
            { keys: ["Shift+ArrowLeft"], label: w.tenEarlier, run: held(() => shift(-10)) },
            { keys: ["Shift+ArrowRight"], label: w.tenLater, run: held(() => shift(10)) },
            { keys: ["["], label: w.startsKey, run: once(() => setEnd("start")) },
            { keys: ["]"], label: w.endsKey, run: once(() => setEnd("end")) },
            { keys: ["A"], label: w.addKey, run: once(add) },
            { keys: ["Delete"], label: w.removeKey, run: once(remove) },
            { keys: ["Ctrl+Z"], label: w.undoKey, run: once(undo) },
          ]
        : []),
    ],
  });

  const ranges = useMemo(
    () => shown.map((one, i) => ({
      id: nameOf(placeOf(one)), name: say(w.rangeName, { number: i + 1, frame: one.start_frame }), start: one.start_frame,
      end: Math.max(one.end_frame, one.start_frame + 1), active: i === current,
    })),
    [shown, current, w],
  );
  const cutHere = (label: string, key: string, testid: string, run: () => void, disabled = false) => (
    <button type="button" onMouseDown={(event) => event.preventDefault()} onClick={(event) => {
      if (event.detail < 2 || testid !== "remove-cut") run(); // a double click removes one cut, and not the next one too
    }} disabled={disabled} data-testid={testid}>
      {label} <Key name={key} />
    </button>
  );
  const none = selected === undefined;
  const [from] = useState(() => pathFrom("from"));
  return (
    <main className="cuts" data-testid="cuts-page" data-seen={cuts.seen} data-saving={String(saving)}>
      <div className="task-head">
        <h1>
          {from !== null && <><Link to={from} className="dim" testid="back">{from.startsWith("/task/") || from.startsWith("/review/") ? w.backToTask : w.back}</Link> <span className="dim">/</span> </>}
          {w.title} <span className="dim">/</span> <strong dir="auto">{video.file_name}</strong>
        </h1>
        <span className="dim" data-testid="cuts-count">{say(w.count, { count: shown.length })}</span>
        <span className="grow" />
        <AboutFilm hash={hash} />
        {mayEdit && (
          <span className={`save ${away ? "offline" : saving ? "saving" : "saved"}`} role="status" data-testid="save-state">
            <span className="save-sign" aria-hidden="true" />
            {away ? (kept ? w.notSaved : w.notKept) : saving ? words.save.saving : words.save.saved}
          </span>
        )}
      </div>
      <div className="cuts-top">
        <Player engine={engine} hash={hash} ranges={ranges} problem={problem instanceof Error ? problem.message : undefined} />
        <div className="cuts-side">
          <Finding detection={detection} frames={video.frames} mayEdit={mayEdit} onDetect={() => void detect()} />
          <Trouble error={detectProblem} />
          {away !== null && (
            <Banner kind="bad" testid="away">
              <span><strong>{away instanceof Error && !(away instanceof Unreachable) ? away.message : words.errors.away}</strong> {kept ? w.awayKept : w.awayNotKept}</span>
              <button type="button" onClick={keeper.retry} data-testid="retry">{words.save.retry}</button>
              <button type="button" className="text-button" onClick={keeper.drop} data-testid="drop-edits">{w.dropEdits}</button>
            </Banner>
          )}
          <Trouble error={trouble}>
            <button type="button" className="text-button" onClick={keeper.dismiss}>{words.task.dismiss}</button>
          </Trouble>
          {!selected && shown.length > 0 && <p className="dim" data-testid="none-chosen">{w.noneChosen}</p>}
          {selected && <Chosen one={selected} number={current + 1} count={shown.length} engine={engine} onKind={mayEdit ? setKind : null} />}
          <div className="cuts-buttons">
            {cutHere(w.playShort, "Enter", "play-around", playAround, none)}
            {mayEdit && (
              <>
                {cutHere(w.earlierShort, "ArrowLeft", "earlier", () => shift(-1), none)}
                {cutHere(w.laterShort, "ArrowRight", "later", () => shift(1), none)}
                {cutHere(w.startsShort, "[", "starts-here", () => setEnd("start"), none)}
                {cutHere(w.endsShort, "]", "ends-here", () => setEnd("end"), none)}
                {cutHere(w.remove, "Delete", "remove-cut", remove, none)}
                {cutHere(w.add, "A", "add-cut", add)}
                {cutHere(w.undo, "Ctrl+Z", "undo", undo, !cuts.may_undo)}
              </>
            )}
          </div>
          {!mayEdit && <p className="dim" data-testid="read-only">{w.readOnly}</p>}
          {cuts.last_edit && <p className="dim" data-testid="last-edit">{say(w.lastEdit, { what: cuts.last_edit })}</p>}
          <p className="legend dim">
            <span className="swatch old" /> {w.sides.old} <span className="swatch mixed" /> {w.sides.mixed} <span className="swatch new" /> {w.sides.new}
          </p>
        </div>
      </div>
      <List cuts={cuts} shown={shown} ids={ids} chosen={chosen} engine={engine} onChoose={go} onFrame={show} />
    </main>
  );
}

/** What waits is sent again when the network is there again, and nobody leaves it unknowingly. */
function useUnsaved(keeper: CutKeeper): void {
  useEffect(() => {
    keeper.resume();
    const ask = (event: BeforeUnloadEvent) => {
      if (keeper.snapshot().saving) event.preventDefault();
    };
    const free = guardLeaving(() => {
      const { away, kept } = keeper.snapshot();
      return away === null ? null : kept ? words.cuts.leave : words.cuts.leaveNotKept; // what is under way arrives without the page
    });
    window.addEventListener("online", keeper.retry);
    window.addEventListener("beforeunload", ask);
    return () => {
      free();
      window.removeEventListener("online", keeper.retry);
      window.removeEventListener("beforeunload", ask);
      keeper.leave();
    };
  }, [keeper]);
}

function secondsAround(engine: PlayerEngine, place: Stretch): Stretch {
  const { clock, frames } = engine;
  let start = place.start;
  while (start > 0 && clock.starts(place.start) - clock.starts(start) < AROUND_S) start -= 1;
  let end = place.end;
  while (end < frames && clock.starts(end) - clock.starts(place.end) < AROUND_S) end += 1;
  return { start, end: Math.max(end, start + 1) };
}

function Finding({ detection, frames, mayEdit, onDetect }: {
  detection: Cuts["detection"]; frames: number; mayEdit: boolean; onDetect: () => void;
}) {
  const w = words.cuts;
  if (detection.state === "done") return <p className="dim" data-testid="detection" data-state="done">{say(w.foundBy, { engine: detection.engine })}</p>;
  if (detection.state === "waiting") return <Banner testid="detection"><span>{w.waiting}</span></Banner>;
  if (detection.state === "running") {
    return (
      <Banner testid="detection">
        <span>{say(w.running, { done: detection.frames_done, frames })}</span>
        <progress max={frames} value={detection.frames_done} aria-label={w.progress} />
      </Banner>
    );
  }
  return (
    <Banner kind={detection.state === "failed" ? "bad" : "note"} testid="detection">
      <span>{detection.state === "failed" ? <><strong>{detection.why}</strong> {detection.mend}</> : w.notYet}</span>
      {mayEdit && <button type="button" className="primary" onClick={onDetect} data-testid="detect">{detection.state === "failed" ? words.errors.again : w.detect}</button>}
    </Banner>
  );
}

function Chosen({ one, number, count, engine, onKind }: {
  one: Transition; number: number; count: number; engine: PlayerEngine | null;
  /** Null: one may not. A cut becomes another kind by its ends alone. */
  onKind: ((kind: TransitionKind) => void) | null;
}) {
  const w = words.cuts;
  return (
    <dl className="cuts-chosen" data-testid="chosen" data-frame={one.start_frame}>
      <div><dt>{w.transition}</dt><dd><strong>{say(w.numberOf, { number, count })}</strong>{" "}
        {onKind === null || one.kind === "cut" ? w.kinds[one.kind] : (
          <KindField kind={one.kind} onKind={onKind} />
        )}</dd></div>
      <div><dt>{w.frame}</dt><dd>{numbers(one)} <span className="dim">{times(engine, placeOf(one))}</span></dd></div>
      <div><dt>{w.by}</dt><dd>{one.found_by}{!one.edited_by && <span className="dim"> {say(w.score, { score: one.score.toFixed(2) })}</span>}</dd></div>
    </dl>
  );
}

/** A kind that the mouse takes counts at once; one that a key walks to, when Enter takes it. */
function KindField({ kind, onKind }: { kind: TransitionKind; onKind: (kind: TransitionKind) => void }) {
  const w = words.cuts;
  const byKey = useRef(false);
  const [walked, setWalked] = useState<TransitionKind | null>(null);
  const take = (next: TransitionKind, field: HTMLSelectElement) => {
    setWalked(null);
    field.blur(); // the page has its keys again
    if (next !== kind) onKind(next);
  };
  return (
    <>
      <select
        value={walked ?? kind} aria-label={w.kind} data-testid="kind" onPointerDown={() => (byKey.current = false)} onBlur={() => setWalked(null)}
        onKeyDown={(event) => {
          byKey.current = !["Enter", " "].includes(event.key);
          if (event.key === "Escape") event.currentTarget.blur();
          if (event.key === "Enter" && walked !== null) {
            event.preventDefault();
            take(walked, event.currentTarget);
          }
        }}
        onChange={(event) => {
          const next = event.target.value as TransitionKind;
          if (byKey.current) setWalked(next);
          else take(next, event.target);
        }}
      >
        {KINDS.map((each) => <option key={each} value={each}>{w.kinds[each]}</option>)}
      </select>
      {walked !== null && walked !== kind && <span className="dim"> {w.kindByKey}</span>}
    </>
  );
}
