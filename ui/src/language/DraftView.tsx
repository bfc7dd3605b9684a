/** The draft: what it changes and touches, taking edits back, and publishing it as a version. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { languageServer, type Change, type Language } from "../api/language";
import { useKeys } from "../keys/keys";
import { uuid } from "../lib/uuid";
import { Diff } from "../parts/Diff";
import { Banner, Key, Link, Section, Trouble } from "../parts/parts";
import { notify } from "../parts/notices";
import { say, words } from "../words";
import { entryPath } from "./EntryReader";
import { Problem, States } from "./TrialPanel";

export function DraftView({ language }: { language: Language }) {
  return language.draft ? <Draft language={language} draft={language.draft} /> : <Versions language={language} />;
}

function Draft({ language, draft }: { language: Language; draft: NonNullable<Language["draft"]> }) {
  const w = words.language;
  const queries = useQueryClient();
  const found = useQuery({ queryKey: ["language-diff", language.seen], queryFn: languageServer.diff, staleTime: Infinity });
  const [version, setVersion] = useState("");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const titleOf = (id: string) => language.entries.find((each) => each.id === id)?.title ?? id;
  const diff = found.data;
  const ready = diff !== undefined && diff.problems.length === 0 && diff.changes.length > 0 && !draft.stale;

  const run = async (work: () => Promise<Language | void>) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const whole = await work();
      if (whole) queries.setQueryData(["language"], whole);
      else await queries.refetchQueries({ queryKey: ["language"] });
      await queries.invalidateQueries({ queryKey: ["language-entry"] });
    } catch (error) {
      setProblem(error);
      await queries.refetchQueries({ queryKey: ["language"] });
    } finally {
      setBusy(false);
    }
  };
  const at = () => ({ seen: language.seen, key: uuid() });
  const publish = () =>
    run(async () => {
      const made = await languageServer.publish(version, note, language.seen);
      notify(say(w.publishedNotice, { version: made.version }));
    });
  useKeys({ title: w.draft, bindings: [{ keys: ["Ctrl+Enter"], label: w.publish, inText: true, run: () => { if (ready) void publish(); } }] });

  return (
    <div className="draft-view" data-testid="draft-view">
      <p className="dim">{say(w.draftOf, { version: draft.base_version, by: draft.by, at: new Date(draft.at).toLocaleString() })}</p>
      <Trouble error={problem ?? found.error} />
      {draft.stale && (
        <Banner kind="warn" testid="draft-stale">
          <span>{draft.stale} {w.staleDraft}</span>
          <button type="button" className="small" disabled={busy} onClick={() => void run(() => languageServer.move(at()))} data-testid="move-draft">{say(w.move, { version: language.version })}</button>
        </Banner>
      )}
      {language.edits.map((edit) => {
        const own = diff?.changes.filter((each) => each.what !== "rests_on" && belongs(each, edit.kind, edit.id)) ?? [];
        return (
          <Section
            key={`${edit.kind}/${edit.id}`} title={`${w.kinds[edit.kind]}: ${edit.title}`} testid="draft-edit"
            aside={
              <>
                <span className="dim small-text">{say(w.editedBy, { by: edit.by, at: new Date(edit.at).toLocaleString() })}</span>
                <Link to={entryPath(edit.kind, edit.id)}>{w.open}</Link>
                <button type="button" className="small" disabled={busy} onClick={() => void run(() => languageServer.discard(edit.kind, edit.id, at()))} data-testid={`discard-${edit.id}`}>{w.discard}</button>
              </>
            }
          >
            {edit.note && <p className="dim">{edit.note}</p>}
            {own.map((each) => <ChangeRow key={`${each.id}${each.what}`} change={each} />)}
            {diff && own.length === 0 && <p className="dim">{w.asBefore}</p>}
          </Section>
        );
      })}
      {found.isFetching && <p className="dim">{words.loading}</p>}
      {diff && (
        <>
          {diff.problems.map((each) => <Problem key={`${each.id}${each.rule}`} fault={each} titleOf={titleOf} />)}
          <Section title={w.check.effect} testid="draft-touches">
            <Rests changes={diff.changes} titleOf={titleOf} />
            {diff.touches && (
              <>
                <p>{say(w.touches, { records: diff.touches.records, drafts: diff.touches.drafts, captions: diff.touches.captions })}</p>
                <p className="dim">{Object.entries(diff.touches.by_aspect).map(([aspect, counts]) => say(w.touchesAspect, { aspect, ...counts })).join(" ")}</p>
                <States states={diff.touches.states} titleOf={titleOf} />
              </>
            )}
          </Section>
          <form
            className="publish" data-testid="publish-form"
            onSubmit={(event) => {
              event.preventDefault();
              if (ready) void publish();
            }}
          >
            <label className="field">
              <span>{say(w.version, { bump: w.bumps[diff.bump as "patch"] })}</span>
              <input value={version} placeholder={diff.next_version} onChange={(event) => setVersion(event.target.value)} data-testid="publish-version" />
            </label>
            <label className="field grow">
              <span>{w.publishNote}</span>
              <input value={note} dir="auto" onChange={(event) => setNote(event.target.value)} data-testid="publish-note" />
            </label>
            <button type="submit" className="primary" disabled={busy || !ready} data-testid="publish">
              {w.publish} <Key name="Ctrl+Enter" />
            </button>
          </form>
          <p className="hint">{w.publishHelp}</p>
        </>
      )}
      <p>
        <button type="button" className="danger small" disabled={busy} onClick={() => void run(() => languageServer.drop(at()))} data-testid="drop-draft">{w.drop}</button>
      </p>
      <Versions language={language} />
    </div>
  );
}

const belongs = (change: Change, kind: string, id: string) =>
  (change.kind === kind && change.id === id) || (kind === "field" && change.kind === "option" && change.id.startsWith(`${id}.`));

function ChangeRow({ change }: { change: Change }) {
  const w = words.language;
  const option = change.kind === "option" ? `${change.id.split(".").slice(1).join(".")}: ` : "";
  return (
    <div className="change" data-testid="change">
      <h4>
        {option}{(w.keys as Record<string, string>)[change.what] ?? (w.whats as Record<string, string>)[change.what] ?? change.what}
        {change.meaning && <span className="tag accent">{w.meaning}</span>}
      </h4>
      <Diff before={change.before ?? ""} after={change.after ?? ""} />
    </div>
  );
}

function Rests({ changes, titleOf }: { changes: Change[]; titleOf: (id: string) => string }) {
  const rests = changes.filter((each) => each.what === "rests_on");
  if (rests.length === 0) return null;
  return (
    <details>
      <summary>{say(words.language.alsoReads, { count: rests.length })}</summary>
      <p>{rests.map((each) => titleOf(each.id)).join(", ")}</p>
    </details>
  );
}

function Versions({ language }: { language: Language }) {
  const w = words.language;
  return (
    <Section title={w.versions} testid="versions">
      <table className="rows">
        <tbody>
          {language.versions.map((each) => (
            <tr key={each.hash} data-testid="version-row">
              <th scope="row">{each.version}</th>
              <td>{each.shipped ? w.shipped : each.by ? say(w.editedBy, { by: each.by, at: each.at ? new Date(each.at).toLocaleString() : "" }) : ""}</td>
              <td>{each.edited ? <strong>{w.editedInPlace}</strong> : each.note}</td>
              <td className="dim">{each.hash.slice(0, 12)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
