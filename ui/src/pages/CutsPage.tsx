/** A film's cuts: the player, and every transition with a strip of frames around it, to be moved, added and removed. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { cutsServer, type Cuts, type Stretch, type Transition, type TransitionKind } from "../api/cuts";
import type { ClipInfo, Person } from "../api/types";
import { CutKeeper } from "../cuts/keeper";
import { Strip } from "../cuts/Strip";
import { useKeys } from "../keys/keys";
import { ActiveClock } from "../lib/active";
import { timecode } from "../lib/timecode";
import { Banner, Key, Trouble } from "../parts/parts";
import { AboutFilm } from "../player/AboutFilm";
import type { PlayerEngine } from "../player/engine";
import { Player } from "../player/Player";
import { usePlayer } from "../player/use-player";
import { say, words } from "../words";

const KINDS: TransitionKind[] = ["cut", "dissolve", "fade_black", "fade_white", "gradual"];
const POLL_MS = 1_000;
const NEWS_MS = 15_000;
/** Seconds before and after a cut that Enter plays. */
const AROUND_S = 1;

export function CutsPage({ hash, me }: { hash: string; me: Person }) {
  const found = useQuery({
    queryKey: ["cuts", hash],
    queryFn: () => cutsServer.look(hash),
    refetchInterval: (query) => (query.state.data?.detection.state === "running" ? POLL_MS : NEWS_MS),
    structuralSharing: false,
  });
  if (!found.data) return <main className="plain">{found.error ? <Trouble error={found.error} /> : <p className="dim">{words.loading}</p>}</main>;
  return <Editor key={hash} hash={hash} me={me} news={found.data} again={() => void found.refetch()} />;
}

/** A link may name a frame: the transition that is nearest to it is chosen. */
function fromAddress(): Stretch | null {
  const frame = new URLSearchParams(window.location.search).get("f") ?? "";
  return /^\d{1,9}$/.test(frame) ? { start: Number(frame), end: Number(frame) } : null;
}

const placeOf = (one: Transition): Stretch => ({ start: one.start_frame, end: one.end_frame });
const nameOf = (place: Stretch) => `${place.start}-${place.end}`;

function Editor({ hash, me, news, again }: { hash: string; me: Person; news: Cuts; again: () => void }) {
  const w = words.cuts;
  const [keeper] = useState(() => new CutKeeper(news, me.id, (edit, rests) => cutsServer.edit(hash, edit, rests), () => cutsServer.look(hash)));
  useEffect(() => keeper.take(news), [keeper, news]);
  const { cuts, shown, saving, trouble, away } = useSyncExternalStore(keeper.subscribe, keeper.snapshot);
  const { video, detection, may_edit: mayEdit } = cuts;

  const clip = useMemo<ClipInfo>(
    () => ({ id: video.file_name, video_hash: hash, source_id: hash, frames: video.frames, start_frame: 0, end_frame: video.frames }),
    [hash, video.file_name, video.frames],
  );
  const [clock] = useState(() => new ActiveClock());
  const { engine, problem } = usePlayer(clip, clock);

  const [at, setAt] = useState(fromAddress);
  const current = Math.max(0, nearest(shown, at));
  const selected = shown[current];
  const [detectProblem, setDetectProblem] = useState<unknown>(null);

  const refused = trouble !== null && !away;
  const stands = selected?.start_frame;
  useEffect(() => {
    if (refused && stands !== undefined) engine?.seek(stands); // the picture is of what stands, not of what was wished
  }, [refused, stands, engine]);

  const go = (place: Stretch) => {
    setAt(place);
    engine?.pause();
    engine?.seek(place.start);
  };
  const walk = (by: number) => {
    const next = at === null ? shown[0] : shown[Math.max(0, Math.min(shown.length - 1, current + by))];
    if (next) go(placeOf(next));
  };
  const shift = (by: number) => {
    if (!mayEdit || !selected) return;
    const was = placeOf(selected);
    const least = selected.kind === "cut" ? 1 : 0;
    const most = selected.kind === "cut" ? video.frames - 1 : video.frames - (was.end - was.start);
    const start = Math.max(least, Math.min(most, was.start + by));
    if (start === was.start) return;
    const to = { start, end: start + was.end - was.start };
    keeper.push({ verb: "move", kind: selected.kind, was, to });
    go(to);
  };
  const add = () => {
    const frame = engine?.snapshot().frame ?? 0;
    if (!mayEdit || frame === 0) return;
    const to = { start: frame, end: frame };
    keeper.push({ verb: "add", kind: "cut", to });
    go(to);
  };
  const remove = () => {
    if (!mayEdit || !selected) return;
    const was = placeOf(selected);
    const next = shown[current + 1] ?? shown[current - 1];
    keeper.push({ verb: "remove", was });
    if (next) setAt(placeOf(next));
  };
  /** Another kind or other ends; a transition without a frame of its own is a cut, and one with some is none. */
  const reshape = (kind: TransitionKind, to: Stretch) => {
    if (!mayEdit || !selected || to.start > to.end) return;
    const made = to.start === to.end ? "cut" : kind === "cut" ? "dissolve" : kind;
    if (made === selected.kind && to.start === selected.start_frame && to.end === selected.end_frame) return;
    keeper.push({ verb: "move", kind: made, was: placeOf(selected), to });
    setAt(to);
  };
  const setEnd = (which: "start" | "end") => {
    if (selected && engine) reshape(selected.kind, { ...placeOf(selected), [which]: engine.snapshot().frame });
  };
  const setKind = (kind: TransitionKind) => {
    if (!selected) return;
    const { start, end } = placeOf(selected);
    reshape(kind, { start: kind === "cut" ? end : start, end });
  };
  const undo = () => {
    if (mayEdit) keeper.push({ verb: "undo" });
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
            { keys: ["ArrowLeft"], label: w.earlier, run: () => shift(-1) },
            { keys: ["ArrowRight"], label: w.later, run: () => shift(1) },
            { keys: ["Shift+ArrowLeft"], label: w.tenEarlier, run: () => shift(-10) },
            { keys: ["Shift+ArrowRight"], label: w.tenLater, run: () => shift(10) },
            { keys: ["["], label: w.startsKey, run: () => setEnd("start") },
            { keys: ["]"], label: w.endsKey, run: () => setEnd("end") },
            { keys: ["A"], label: w.addKey, run: add },
            { keys: ["Delete"], label: w.removeKey, run: remove },
            { keys: ["Ctrl+Z"], label: w.undoKey, run: undo },
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
    <button type="button" onMouseDown={(event) => event.preventDefault()} onClick={run} disabled={disabled} data-testid={testid}>
      {label} <Key name={key} />
    </button>
  );
  const none = selected === undefined;
  return (
    <main className="cuts" data-testid="cuts-page" data-seen={cuts.seen} data-saving={String(saving)}>
      <div className="task-head">
        <h1>{w.title} <span className="dim">/</span> <strong dir="auto">{video.file_name}</strong></h1>
        <span className="dim" data-testid="cuts-count">{say(w.count, { count: shown.length })}</span>
        <span className="grow" />
        <AboutFilm hash={hash} />
        {mayEdit && (
          <span className={`save ${away ? "offline" : saving ? "saving" : "saved"}`} role="status" data-testid="save-state">
            <span className="save-sign" aria-hidden="true" />
            {away ? w.notSaved : saving ? words.save.saving : words.save.saved}
          </span>
        )}
      </div>
      <div className="cuts-top">
        <Player engine={engine} hash={hash} ranges={ranges} problem={problem instanceof Error ? problem.message : undefined} />
        <div className="cuts-side">
          <Finding detection={detection} frames={video.frames} mayEdit={mayEdit} onDetect={() => void detect()} />
          <Trouble error={detectProblem} />
          <Trouble error={trouble}>
            {away
              ? <button type="button" onClick={keeper.retry} data-testid="retry">{words.save.retry}</button>
              : <button type="button" className="text-button" onClick={keeper.dismiss}>{words.task.dismiss}</button>}
          </Trouble>
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
      <List cuts={cuts} shown={shown} current={current} engine={engine} onChoose={go} onFrame={(place, frame) => {
        setAt(place);
        engine?.pause();
        engine?.seek(frame);
      }} />
    </main>
  );
}

/** The transition at this place, or that which is nearest to it: someone may just have moved it. */
function nearest(shown: Transition[], at: Stretch | null): number {
  if (at === null) return 0;
  let best = 0;
  const far = (one: Transition) => Math.abs(one.start_frame - at.start) + Math.abs(one.end_frame - at.end);
  shown.forEach((one, i) => {
    if (far(one) < far(shown[best]!)) best = i;
  });
  return best;
}

function secondsAround(engine: PlayerEngine, place: Stretch): Stretch {
  const { stretch, frames } = engine;
  let start = place.start;
  while (start > 0 && stretch.starts(place.start) - stretch.starts(start) < AROUND_S) start -= 1;
  let end = place.end;
  while (end < frames && stretch.starts(end) - stretch.starts(place.end) < AROUND_S) end += 1;
  return { start, end: Math.max(end, start + 1) };
}

function Finding({ detection, frames, mayEdit, onDetect }: {
  detection: Cuts["detection"]; frames: number; mayEdit: boolean; onDetect: () => void;
}) {
  const w = words.cuts;
  if (detection.state === "done") return <p className="dim" data-testid="detection" data-state="done">{say(w.foundBy, { engine: detection.engine })}</p>;
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

function times(engine: PlayerEngine | null, place: Stretch): string {
  if (!engine) return "";
  const start = timecode(engine.stretch, place.start);
  return place.end === place.start ? start : `${start} – ${timecode(engine.stretch, place.end)}`;
}

function numbers(one: Transition): string {
  return one.start_frame === one.end_frame ? String(one.start_frame) : `${one.start_frame} – ${one.end_frame}`;
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
          <select
            value={one.kind} aria-label={w.kind} data-testid="kind" onChange={(event) => {
              onKind(event.target.value as TransitionKind);
              event.target.blur(); // the page has its keys again
            }}
          >
            {KINDS.map((kind) => <option key={kind} value={kind}>{w.kinds[kind]}</option>)}
          </select>
        )}</dd></div>
      <div><dt>{w.frame}</dt><dd>{numbers(one)} <span className="dim">{times(engine, placeOf(one))}</span></dd></div>
      <div><dt>{w.by}</dt><dd>{one.found_by}{!one.edited_by && <span className="dim"> {say(w.score, { score: one.score.toFixed(2) })}</span>}</dd></div>
    </dl>
  );
}

function List({ cuts, shown, current, engine, onChoose, onFrame }: {
  cuts: Cuts; shown: Transition[]; current: number; engine: PlayerEngine | null; onChoose: (place: Stretch) => void;
  onFrame: (place: Stretch, frame: number) => void;
}) {
  const w = words.cuts;
  const list = useRef<HTMLDivElement>(null);
  const where = shown[current];
  const place = where ? nameOf(placeOf(where)) : "";
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [place]);
  if (shown.length === 0) return <p className="dim cuts-none" data-testid="no-cuts">{cuts.detection.state === "done" ? w.nothing : w.nothingYet}</p>;
  return (
    <div className="cuts-list" role="listbox" aria-label={w.title} tabIndex={0} ref={list} aria-activedescendant={`cut-${place}`} data-testid="cuts-list">
      {shown.map((one, i) => (
        <div
          key={i} id={`cut-${nameOf(placeOf(one))}`} role="option" aria-selected={i === current} className={i === current ? "cut-row current" : "cut-row"}
          onClick={() => onChoose(placeOf(one))} data-testid="cut-row" data-start={one.start_frame} data-end={one.end_frame} data-by={one.found_by}
        >
          <div className="cut-facts">
            <span><strong>{i + 1}</strong> {w.kinds[one.kind]}</span>
            <span className="cut-frame">{numbers(one)}</span>
            <span className="dim">{times(engine, placeOf(one))}</span>
            {one.edited_by
              ? <span className="tag accent">{say(w.person, { who: one.edited_by })}</span>
              : <span className="dim">{one.found_by}, {one.score.toFixed(2)}</span>}
          </div>
          <Strip
            hash={cuts.video.hash} table={cuts.video.table} frames={cuts.video.frames} place={placeOf(one)} lazy={i !== current}
            onFrame={(frame) => onFrame(placeOf(one), frame)}
          />
        </div>
      ))}
    </div>
  );
}
