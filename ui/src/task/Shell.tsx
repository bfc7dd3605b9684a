/** The frame of every task page: title and state above, the video left, the words right, the main action below them. */
import type { ReactNode } from "react";
import type { TaskView } from "../api/server";
import { cutsPath } from "../lib/router";
import { Banner, Link, Trouble } from "../parts/parts";
import { AboutFilm } from "../player/AboutFilm";
import { say, words } from "../words";
import type { OpenTask } from "./use-task";
import type { ScratchKeeper, ScratchState } from "./scratch";

interface Props {
  opened: OpenTask;
  view: TaskView;
  left: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  /** Said instead of the refusal's own message, where the page shows the particulars. */
  trouble?: string | undefined;
  save?: { state: ScratchState; keeper: ScratchKeeper } | undefined;
}

export function Shell({ opened, view, left, children, footer, save, trouble }: Props) {
  const w = words.task;
  const { task } = view;
  const own = view.stage === "review" && view.rounds.some((round) => round.mine);
  return (
    <main className="task" data-testid="task-page" data-status={view.status} data-stage={view.stage ?? ""}>
      <div className="task-head">
        <h1>
          <Link to="/" className="dim">{w.queue}</Link>
          <span className="dim"> /</span> {task.campaign} <span className="dim">/</span> {task.clip} <span className="dim">/</span>{" "}
          <strong>{task.aspect === "labels" ? words.labels.title : task.aspect}</strong>
        </h1>
        <span className="status" data-testid="task-status">{words.status[view.status]}</span>
        {view.mode !== "critique" && task.aspect !== "labels" && <span className="status">{words.modes[view.mode]}</span>}
        <span className="grow" />
        <AboutFilm hash={view.clip.video_hash} />
        <Link to={cutsPath(view.clip.video_hash, view.clip.start_frame, window.location.pathname)} className="dim" testid="to-cuts">{words.cuts.title}</Link>
        {save && <SaveState state={save.state} keeper={save.keeper} />}
        {opened.holding && !opened.lost && view.lease && (
          <button type="button" className="small" onClick={() => void opened.release()} data-testid="release">{w.giveBack}</button>
        )}
      </div>
      <div className="columns">
        <div className="left">{left}</div>
        <div className="right">
          <div className="right-scroll">
            {opened.lost && <Banner kind="warn" testid="lease-lost">{w.lost}</Banner>}
            {!opened.holding && view.stage && view.stage !== "draft" && (
              <Banner testid="claim-banner">
                <span>
                  {view.held_by_another ? w.heldByAnother : own ? w.own : say(w.looking, { stage: words.stageVerbs[view.stage] })}
                </span>
                {!view.held_by_another && !own && (
                  <button type="button" className="primary" onClick={() => void opened.claim()} data-testid="claim">{w.take}</button>
                )}
              </Banner>
            )}
            {view.status === "blocked" && <Banner testid="blocked">{say(w.blocked, { aspects: view.waiting_for.join(", ") })}</Banner>}
            {view.status === "to_draft" && <Banner>{w.toDraft}</Banner>}
            <Trouble error={trouble ? new Error(trouble) : opened.trouble}>
              <button type="button" className="text-button" onClick={() => opened.setTrouble(null)}>{w.dismiss}</button>
            </Trouble>
            {opened.resending && <Banner kind="warn" testid="resending">{w.resending}</Banner>}
            {save && <ScratchConflict state={save.state} keeper={save.keeper} />}
            {children}
          </div>
          {footer && <div className="footer">{footer}</div>}
        </div>
      </div>
    </main>
  );
}

export function SaveState({ state, keeper }: { state: ScratchState; keeper: ScratchKeeper }) {
  return (
    <span className={`save ${state.save}`} role="status" data-testid="save-state" data-save={state.save} title={state.trouble ?? undefined}>
      <span className="save-sign" aria-hidden="true" />
      {words.save[state.save]}
      {state.save === "offline" && (
        <button type="button" className="text-button" onClick={keeper.retry}>{words.save.retry}</button>
      )}
    </span>
  );
}

export function ScratchConflict({ state, keeper }: { state: ScratchState; keeper: ScratchKeeper }) {
  const w = words.save;
  if (!state.conflict) return state.trouble ? <Banner kind="bad">{state.trouble}</Banner> : null;
  return (
    <div className="banner warn conflict" role="alert" data-testid="scratch-conflict">
      <strong>{w.conflict}</strong>
      <div className="conflict-sides">
        {(
          [
            [w.here, state.body, state.conflict.body, w.keepHere, () => keeper.keepMine(), "keep-mine"],
            [w.there, state.conflict.body, state.body, w.takeThere, () => keeper.takeTheirs(), "take-theirs"],
          ] as const
        ).map(([title, body, other, label, run, testid]) => (
          <div key={testid}>
            <h3>{title}</h3>
            <dl>
              {Object.entries(body)
                .filter(([name, value]) => name in w.fields && readable(value) !== readable(other[name]))
                .map(([name, value]) => (
                  <div key={name}>
                    <dt>{(w.fields as Record<string, string>)[name] ?? name}</dt>
                    <dd dir="auto" className="user-text">{readable(value) || w.nothing}</dd>
                  </div>
                ))}
            </dl>
            <button type="button" onClick={run} data-testid={testid}>{label}</button>
          </div>
        ))}
      </div>
    </div>
  );
}

function readable(value: unknown): string {
  if (value === null || value === undefined) return words.save.nothing;
  if (Array.isArray(value)) return value.map(readable).join("; ");
  if (value && typeof value === "object") {
    const point = value as Record<string, unknown>;
    if ("instruction" in point) return `${String(point["kind"])} "${String(point["words"])}" ${String(point["instruction"])}`;
    return Object.entries(point).map(([name, each]) => `${name}: ${readable(each)}`).join("; ");
  }
  return String(value);
}
