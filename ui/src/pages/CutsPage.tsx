/** A film's cuts: the player, and every transition with a strip of frames around it, to be moved, added and removed. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Unreachable } from "../api/client";
import { cutsServer, type Cuts } from "../api/cuts";
import type { ClipInfo, Person } from "../api/server";
import { CutKeeper } from "../cuts/keeper";
import { List } from "../cuts/List";
import { QUIET_MS, pollAfter } from "../cuts/news";
import { nameOf, placeOf } from "../cuts/rule";
import { Chosen, Finding } from "../cuts/Side";
import { useCutEditor } from "../cuts/use-cut-editor";
import { useKeys } from "../keys/keys";
import { ActiveClock } from "../lib/active";
import { guardLeaving, pathFrom } from "../lib/router";
import { Banner, Key, Link, Trouble } from "../parts/parts";
import { AboutFilm } from "../player/AboutFilm";
import { Player } from "../player/Player";
import { usePlayer } from "../player/use-player";
import { say, words } from "../words";

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
  const now = useSyncExternalStore(keeper.subscribe, keeper.snapshot);
  const { cuts, shown, ids, saving, chosen, trouble, away, kept } = now;
  useUnsaved(keeper);
  const { video, detection, may_edit: mayEdit } = cuts;

  const clip = useMemo<ClipInfo>(
    () => ({ id: video.file_name, video_hash: hash, source_id: hash, frames: video.frames, start_frame: 0, end_frame: video.frames }),
    [hash, video.file_name, video.frames],
  );
  const [clock] = useState(() => new ActiveClock());
  const { engine, problem } = usePlayer(clip, clock);
  const at = useCutEditor(keeper, now, engine);
  const { current, selected, held, once } = at;

  const [detectProblem, setDetectProblem] = useState<unknown>(null);

  const detect = async () => {
    setDetectProblem(null);
    await cutsServer.detect(hash).then(again, setDetectProblem);
  };

  useKeys({
    title: w.keysTitle,
    bindings: [
      { keys: ["ArrowDown"], label: w.next, run: () => at.walk(1) },
      { keys: ["ArrowUp"], label: w.previous, run: () => at.walk(-1) },
      { keys: ["Enter"], label: w.play, run: at.playAround },
      ...(mayEdit
        ? [
            { keys: ["ArrowLeft"], label: w.earlier, run: held(() => at.shift(-1)) },
            { keys: ["ArrowRight"], label: w.later, run: held(() => at.shift(1)) },
            { keys: ["Shift+ArrowLeft"], label: w.tenEarlier, run: held(() => at.shift(-10)) },
            { keys: ["Shift+ArrowRight"], label: w.tenLater, run: held(() => at.shift(10)) },
            { keys: ["["], label: w.startsKey, run: once(() => at.setEnd("start")) },
            { keys: ["]"], label: w.endsKey, run: once(() => at.setEnd("end")) },
            { keys: ["A"], label: w.addKey, run: once(at.add) },
            { keys: ["Delete"], label: w.removeKey, run: once(at.remove) },
            { keys: ["Ctrl+Z"], label: w.undoKey, run: once(at.undo) },
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
          {selected && <Chosen one={selected} number={current + 1} count={shown.length} engine={engine} onKind={mayEdit ? at.setKind : null} />}
          <div className="cuts-buttons">
            {cutHere(w.playShort, "Enter", "play-around", at.playAround, none)}
            {mayEdit && (
              <>
                {cutHere(w.earlierShort, "ArrowLeft", "earlier", () => at.shift(-1), none)}
                {cutHere(w.laterShort, "ArrowRight", "later", () => at.shift(1), none)}
                {cutHere(w.startsShort, "[", "starts-here", () => at.setEnd("start"), none)}
                {cutHere(w.endsShort, "]", "ends-here", () => at.setEnd("end"), none)}
                {cutHere(w.remove, "Delete", "remove-cut", at.remove, none)}
                {cutHere(w.add, "A", "add-cut", at.add)}
                {cutHere(w.undo, "Ctrl+Z", "undo", at.undo, !cuts.may_undo)}
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
      <List cuts={cuts} shown={shown} ids={ids} chosen={chosen} engine={engine} onChoose={at.go} onFrame={at.show} />
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

