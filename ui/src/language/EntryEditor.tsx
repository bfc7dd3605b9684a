/** An entry being edited. What is typed is kept on this computer until it is saved, and tried while it is typed. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { ServerError } from "../api/client";
import { languageServer, type Data, type Entry, type EntryKind, type EntryView, type Language } from "../api/language";
import { leaveField, useKeys } from "../keys/keys";
import { PARTS, tidy } from "../lib/entry";
import { same } from "../lib/same";
import { kept } from "../lib/storage";
import { uuid } from "../lib/uuid";
import { Banner, Key, Trouble } from "../parts/parts";
import { notify } from "../parts/notices";
import { words } from "../words";
import { PartControl } from "./controls";
import { RuleEditor } from "./RuleEditor";
import { TrialPanel } from "./TrialPanel";
import { useTrial } from "./use-trial";

interface Typed {
  seen: number;
  began: Data | null;
  entry: Data;
  note: string;
}

interface Props {
  language: Language;
  kind: EntryKind;
  id: string;
  /** What the editor begins with: the entry as it is, or a copy for a new one. */
  start: Data;
  view: EntryView | null;
  me: string;
  onDone: () => void;
}

export const typedName = (me: string, kind: EntryKind, id: string) => `videolect.language.${me}.${kind}.${id}`;

export function EntryEditor({ language, kind, id, start, view, me, onDone }: Props) {
  const w = words.language;
  const queries = useQueryClient();
  const name = typedName(me, kind, id);
  const began = (view?.entry as Data | null | undefined) ?? null;
  const [restored] = useState(() => kept.read<Typed>(name));
  const [typed, setTyped] = useState<Typed>(restored ?? { seen: view?.seen ?? language.seen, began, entry: start, note: "" });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const stale = problem instanceof ServerError && problem.kind === "StaleVersion";
  const sent = useMemo(() => tidy(typed.entry), [typed.entry]);
  const changed = !same(sent, typed.began);
  const checked = useTrial(kind, id, sent, changed);
  const moved = !same(began, typed.began);

  useEffect(() => {
    if (changed || typed.note) kept.write(name, typed);
    else kept.remove(name);
  }, [name, typed, changed]);

  const forget = () => kept.remove(name);
  const update = (entry: Data) => setTyped({ ...typed, entry });
  const titleOf = (of: string) => language.entries.find((each) => each.id === of)?.title ?? of;
  const refresh = async () => {
    await Promise.all([queries.refetchQueries({ queryKey: ["language"] }), queries.refetchQueries({ queryKey: ["language-entry", kind, id] })]);
  };
  const send = async (entry: Data | null, seen: number) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const whole = await languageServer.edit(kind, id, entry, typed.note, { seen, key: uuid() });
      forget();
      queries.setQueryData(["language"], whole);
      await queries.invalidateQueries({ queryKey: ["language-entry"] });
      notify(entry === null ? w.removedNotice : w.savedNotice);
      onDone();
    } catch (error) {
      setProblem(error);
      if (error instanceof ServerError && error.kind === "StaleVersion") await refresh();
    } finally {
      setBusy(false);
    }
  };
  const save = () => {
    if (changed) void send(sent, typed.seen);
  };
  const takeTheirs = () => {
    forget();
    setProblem(null);
    setTyped({ seen: view?.seen ?? language.seen, began, entry: began ?? start, note: "" });
  };

  useKeys({
    title: w.keysTitle,
    bindings: [
      { keys: ["Ctrl+Enter"], label: w.save, inText: true, run: save },
      {
        keys: ["Escape"], label: words.caption.leaveField, inText: true,
        run: leaveField,
      },
    ],
  });

  const mapping: Entry | null = typeof typed.entry === "object" && !Array.isArray(typed.entry) ? typed.entry : null;
  return (
    <div className="entry-editor" data-testid="entry-editor">
      <div className="entry-form">
        {kind === "condition" ? (
          <RuleEditor language={language} value={typed.entry} onChange={update} label={w.keys.rule} testid="edit-rule" />
        ) : (
          mapping && PARTS[kind].map((part) => (
            <PartControl key={part.key} language={language} entry={mapping} part={part} primitives={kind === "primitive" || kind === "profile"} onChange={update} />
          ))
        )}
        <label className="field">
          <span>{w.note}</span>
          <input value={typed.note} dir="auto" onChange={(event) => setTyped({ ...typed, note: event.target.value })} data-testid="edit-note" />
        </label>
        <div className="entry-actions">
          {restored && !problem && (
            <Banner testid="restored">
              {w.restored} <button type="button" className="small" onClick={takeTheirs}>{w.startAgain}</button>
            </Banner>
          )}
          {(stale || moved) && (
            <Banner kind="warn" testid="language-stale">
              <span>
                <strong>{stale && problem instanceof Error ? problem.message : w.movedOn}</strong> {w.staleHelp}
              </span>
              <button type="button" className="small" onClick={() => void send(sent, language.seen)} data-testid="save-over">{w.saveOver}</button>
              <button type="button" className="small" onClick={takeTheirs} data-testid="take-theirs">{w.takeTheirs}</button>
            </Banner>
          )}
          {!stale && <Trouble error={problem} />}
          <div className="entry-buttons">
            {view?.entry !== null && view !== null && (
              <button type="button" className="danger small" disabled={busy} onClick={() => void send(null, typed.seen)} data-testid="remove-entry">{w.removeEntry}</button>
            )}
            <span className="grow" />
            <button type="button" onClick={() => { forget(); onDone(); }} data-testid="cancel-edit">{w.cancel}</button>
            <button type="button" className="primary" disabled={busy || !changed} onClick={save} data-testid="save-edit">
              {w.save} <Key name="Ctrl+Enter" />
            </button>
          </div>
        </div>
      </div>
      <div className="entry-side">
        {changed ? <TrialPanel checked={checked} titleOf={titleOf} /> : <p className="dim">{w.check.untouched}</p>}
        {checked.trial && Object.entries(checked.trial.words).map(([key, said]) => (
          <section key={key} className="section">
            <header><h2>{(w.keys as Record<string, string>)[key] ?? key}</h2></header>
            <p data-testid={`words-${key}`}>{said}</p>
          </section>
        ))}
      </div>
    </div>
  );
}
