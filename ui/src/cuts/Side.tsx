/** Beside the player of a film's cuts: what the detector found or does, and the chosen transition. */
import { useRef, useState } from "react";
import type { Cuts, Transition, TransitionKind } from "../api/cuts";
import { Banner } from "../parts/parts";
import type { PlayerEngine } from "../player/engine";
import { say, words } from "../words";
import { numbers, times } from "./List";
import { placeOf } from "./rule";

const KINDS: TransitionKind[] = ["cut", "dissolve", "fade_black", "fade_white", "gradual"];

export function Finding({ detection, frames, mayEdit, onDetect }: {
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

export function Chosen({ one, number, count, engine, onKind }: {
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
