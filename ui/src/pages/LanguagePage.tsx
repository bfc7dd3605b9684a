/** The language: a list of all that it holds, an entry to read, and for leads to edit, and the draft of the next version. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { languageServer, type Data, type EntryKind, type EntryRow, type Language } from "../api/language";
import type { Person } from "../api/server";
import { useKeys } from "../keys/keys";
import { copyOf, isId } from "../lib/entry";
import { setQuery, useQuery as useAddress } from "../lib/router";
import { kept } from "../lib/storage";
import { Key, Trouble } from "../parts/parts";
import { DraftView } from "../language/DraftView";
import { EntryEditor, typedName } from "../language/EntryEditor";
import { EntryReader } from "../language/EntryReader";
import { say, words } from "../words";

const KINDS: EntryKind[] = ["primitive", "field", "condition", "consistency", "aspect", "profile"];

export function LanguagePage({ me }: { me: Person }) {
  // A campaign's own version, where the address names one; else the newest, and for leads the draft.
  const hash = useAddress().get("hash") ?? undefined;
  const language = useQuery({
    queryKey: hash ? ["language-version", hash] : ["language"], queryFn: () => languageServer.whole(hash), refetchOnWindowFocus: false,
  });
  if (!language.data) return <main className="plain">{language.error ? <Trouble error={language.error} /> : <p className="dim">{words.loading}</p>}</main>;
  return <Pages language={language.data} me={me} />;
}

function Pages({ language, me }: { language: Language; me: Person }) {
  const w = words.language;
  const address = useAddress();
  const kind = KINDS.find((each) => each === address.get("kind")) ?? "primitive";
  const id = address.get("id");
  const draft = address.get("view") === "draft";
  const search = useRef<HTMLInputElement>(null);
  useKeys({
    title: w.title,
    bindings: [{ keys: ["/"], label: w.search, run: () => search.current?.focus() }],
  });
  return (
    <main className="language" data-testid="language-page">
      <EntryList language={language} kind={kind} id={draft ? null : id} search={search} />
      <div className="language-main">
        <div className="queue-head">
          <h1>{say(w.heading, { name: language.name, version: language.version })}</h1>
          {language.may_edit && (
            <button type="button" className={draft ? "segment on" : ""} aria-pressed={draft} onClick={() => setQuery({ view: draft ? null : "draft" })} data-testid="show-draft">
              {language.draft ? say(w.draftCount, { count: language.edits.length }) : w.noDraft}
            </button>
          )}
          {!language.may_edit && <span className="dim" data-testid="read-only">{address.get("hash") ? w.oneVersion : w.readOnly}</span>}
          {address.get("hash") && <button type="button" className="text-button" onClick={() => setQuery({ hash: null })}>{w.newest}</button>}
        </div>
        {draft && language.may_edit ? (
          <DraftView language={language} />
        ) : id ? (
          <EntryPage key={`${kind}/${id}`} language={language} kind={kind} id={id} me={me} />
        ) : (
          <p className="dim">{language.may_edit ? w.chooseLead : w.choose}</p>
        )}
      </div>
    </main>
  );
}

function EntryList({ language, kind, id, search }: {
  language: Language; kind: EntryKind; id: string | null; search: React.RefObject<HTMLInputElement | null>;
}) {
  const w = words.language;
  const [typed, setTyped] = useState("");
  const wanted = typed.trim().toLowerCase();
  const rows = useMemo(
    () => language.entries.filter((each) => each.kind === kind && (!wanted || `${each.title} ${each.id}`.toLowerCase().includes(wanted))),
    [language, kind, wanted],
  );
  const headings = kind === "primitive" ? language.groups : kind === "field" ? language.form_groups : [];
  const groups = headings.length
    ? headings.map((group) => ({ ...group, rows: rows.filter((each) => each.group === group.id) })).filter((group) => group.rows.length > 0)
    : [{ id: "", title: "", rows }];
  const list = useRef<HTMLDivElement>(null);
  const open = (row: EntryRow) => setQuery({ kind: row.kind, id: row.id, view: null, edit: null, as: null });
  useEffect(() => {
    list.current?.querySelector<HTMLElement>("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }, [id]);
  const walk = (by: number) => {
    const shown = [...(list.current?.querySelectorAll<HTMLElement>("button.entry-name") ?? [])].filter((each) => each.offsetParent !== null);
    const at = shown.findIndex((each) => each === document.activeElement);
    shown[Math.max(0, Math.min(shown.length - 1, at + by))]?.focus();
  };
  return (
    <nav className="language-list" aria-label={w.title}>
      <select value={kind} aria-label={w.kind} onChange={(event) => setQuery({ kind: event.target.value, id: null, view: null, edit: null, as: null })} data-testid="language-kind">
        {KINDS.map((each) => <option key={each} value={each}>{w.plural[each]}</option>)}
      </select>
      <input
        ref={search} type="search" value={typed} placeholder={w.search} aria-label={w.search} data-testid="language-search" onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && rows[0]) open(rows[0]);
          if (event.key === "ArrowDown") {
            event.preventDefault();
            list.current?.querySelector<HTMLElement>("button.entry-name")?.focus();
          }
        }}
      />
      <div
        className="language-entries" ref={list}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          walk(event.key === "ArrowDown" ? 1 : -1);
        }}
      >
        {groups.map((group) => {
          const names = group.rows.map((row) => (
            <button
              key={row.id} type="button" className="entry-name" aria-current={row.id === id} onClick={() => open(row)} data-testid={`entry-${row.id}`} title={row.id}
            >
              <span className={row.change === "removed" ? "gone" : ""}>{row.title}</span>
              {row.change && <span className="tag accent">{w.changes[row.change]}</span>}
            </button>
          ));
          if (!group.title) return <div key="all">{names}</div>;
          return (
            <details key={`${group.id}${wanted !== ""}`} open={wanted !== "" || group.rows.some((row) => row.id === id || row.change !== null)}>
              <summary>{group.title} <span className="count">{group.rows.length}</span></summary>
              {names}
            </details>
          );
        })}
        {rows.length === 0 && <p className="dim">{w.nothingFound}</p>}
      </div>
    </nav>
  );
}

function EntryPage({ language, kind, id, me }: { language: Language; kind: EntryKind; id: string; me: Person }) {
  const w = words.language;
  const address = useAddress();
  const hash = address.get("hash") ?? undefined;
  const asCopy = address.get("as"); // a new entry, begun as a copy of this one
  const view = useQuery({
    queryKey: ["language-entry", kind, id, language.seen, language.hash],
    queryFn: () => languageServer.entry(kind, id, hash),
    placeholderData: keepPreviousData, // the editor stays, with what is typed, while the entry is read again
    refetchOnWindowFocus: false,
  });
  const shown = view.data;
  const editing = language.may_edit && (address.get("edit") === "1" || asCopy !== null);
  const [newId, setNewId] = useState<string | null>(null);
  const edit = () => setQuery({ edit: "1" });
  useKeys({ title: w.entry, bindings: [{ keys: ["E"], label: w.edit, run: () => { if (language.may_edit && !editing) edit(); } }] });
  if (!shown) return view.error ? <Trouble error={view.error} /> : <p className="dim">{words.loading}</p>;
  const unsaved = language.may_edit && kept.read(typedName(me.id, kind, id)) !== null;
  const taken = newId !== null && language.entries.some((each) => each.kind === kind && each.id === newId);
  return (
    <>
      <div className="queue-head">
        <h2 className="entry-title" data-testid="entry-title">{asCopy ?? shown.title}</h2>
        <code className="dim">{asCopy ? say(w.copyOf, { id }) : id}</code>
        {!editing && language.may_edit && (
          <>
            <button type="button" onClick={edit} data-testid="edit-entry">
              {shown.entry === null ? w.bringBack : w.edit} <Key name="E" />
            </button>
            {unsaved && <span className="tag warn">{w.unsaved}</span>}
            {kind !== "aspect" && kind !== "profile" && newId === null && (
              <button type="button" className="text-button" onClick={() => setNewId("")} data-testid="copy-entry">{w.copy}</button>
            )}
          </>
        )}
        {newId !== null && !editing && (
          <form
            className="inline"
            onSubmit={(event) => {
              event.preventDefault();
              if (isId(newId) && !taken) setQuery({ as: newId });
            }}
          >
            <input autoFocus value={newId} placeholder={w.newId} aria-label={w.newId} aria-invalid={newId !== "" && (!isId(newId) || taken)} onChange={(event) => setNewId(event.target.value)} data-testid="new-id" />
            <button type="submit" disabled={!isId(newId) || taken}>{w.begin}</button>
          </form>
        )}
      </div>
      {editing ? (
        <EntryEditor
          key={asCopy ?? id} language={language} kind={kind} id={asCopy ?? id} me={me.id} view={asCopy ? null : shown}
          start={asCopy ? copyOf(shown.entry as Data, asCopy) : ((shown.entry ?? shown.base) as Data)}
          onDone={() => setQuery({ edit: null, as: null, ...(asCopy ? { id: asCopy } : {}) })}
        />
      ) : shown.entry === null ? (
        <p className="dim">{w.isRemoved}</p>
      ) : (
        <EntryReader view={shown} language={language} />
      )}
    </>
  );
}
