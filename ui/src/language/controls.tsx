/** The parts of an entry's form: texts, lists, options, records, look-alikes. */
import { useId, type ReactNode } from "react";
import type { Data, Entry, FieldChoice, Language } from "../api/language";
import type { Part } from "../lib/entry";
import { list, mapping, mappings, put, strings, text } from "../lib/entry";
import { dataOf } from "../lib/rule";
import { words } from "../words";
import { Chips, FieldSelect, RuleEditor, fresh } from "./RuleEditor";

interface Props {
  language: Language;
  entry: Entry;
  part: Part;
  /** Whether the entry may speak of primitives. */
  primitives: boolean;
  onChange: (entry: Entry) => void;
}

const asChoices = (all: { id: string; title: string }[]) => all.map((each) => ({ value: each.id, title: each.title }));
const isRecord = (data: Data | undefined): data is Entry => typeof data === "object" && data !== null && !Array.isArray(data);

/** One part of an entry with its label. */
export function PartControl({ language, entry, part, primitives, onChange }: Props) {
  const w = words.language;
  const { key, control } = part;
  const id = useId();
  const label = (w.keys as Record<string, string>)[key] ?? key;
  const set = (value: Data | undefined) => onChange(put(entry, key, value));
  switch (control) {
    case "line":
      return (
        <Labelled label={label} id={id}>
          <input id={id} dir="auto" value={text(entry, key)} onChange={(event) => set(event.target.value)} data-testid={`edit-${key}`} />
        </Labelled>
      );
    case "prose":
      return (
        <Labelled label={label} id={id}>
          <textarea
            id={id} dir="auto" rows={Math.min(10, 2 + Math.floor(text(entry, key).length / 90))} value={text(entry, key)}
            onChange={(event) => set(event.target.value)} data-testid={`edit-${key}`}
          />
        </Labelled>
      );
    case "lines":
      return (
        <Labelled label={`${label} (${w.onePerLine})`} id={id}>
          <textarea
            id={id} dir="auto" rows={Math.max(2, strings(entry, key).length + 1)} value={strings(entry, key).join("\n")}
            onChange={(event) => set(event.target.value === "" ? [] : event.target.value.split("\n"))} data-testid={`edit-${key}`}
          />
        </Labelled>
      );
    case "group":
    case "form_group":
      return (
        <Labelled label={label} id={id}>
          <select id={id} value={text(entry, key)} onChange={(event) => set(event.target.value)} data-testid={`edit-${key}`}>
            {(control === "group" ? language.groups : language.form_groups).map((each) => <option key={each.id} value={each.id}>{each.title}</option>)}
          </select>
        </Labelled>
      );
    case "aspects":
      return (
        <Group label={label}>
          <Chips label={label} choices={asChoices(language.aspects)} value={strings(entry, key)} onChange={set} testid={`edit-${key}`} />
        </Group>
      );
    case "yes_no":
      return (
        <Labelled label={label} id={id}>
          <select id={id} value={text(entry, key)} onChange={(event) => set(event.target.value)} data-testid={`edit-${key}`}>
            {text(entry, key) === "" && <option value="">{w.asUsual}</option>}
            <option value="yes">{words.labels.yes}</option>
            <option value="no">{words.labels.no}</option>
          </select>
        </Labelled>
      );
    case "shown":
      return <Group label={label}><span>{(w.fieldKinds as Record<string, string>)[text(entry, key)] ?? text(entry, key)}</span></Group>;
    case "rule":
      return <Group label={label}><RuleEditor language={language} value={entry[key] ?? ""} onChange={set} primitives={primitives} label={label} testid={`edit-${key}`} /></Group>;
    case "maybe_rule":
      return <MaybeRule {...{ language, entry, part, primitives, onChange }} label={label} />;
    case "neutral":
    case "default":
      return <OneAnswer {...{ language, entry, part, primitives, onChange }} label={label} />;
    case "pair":
      return (
        <Labelled label={label} id={id}>
          <select id={id} value={text(entry, key)} onChange={(event) => set(event.target.value || undefined)} data-testid={`edit-${key}`}>
            <option value="">{w.none}</option>
            {language.fields.map((each) => <option key={each.id} value={each.id}>{each.title}</option>)}
          </select>
        </Labelled>
      );
    case "look_alikes":
      return <LookAlikes {...{ language, entry, onChange }} label={label} />;
    case "examples":
      return <Examples {...{ language, entry, onChange }} label={label} />;
    case "options":
      return text(entry, "kind") === "choice" || text(entry, "kind") === "list" || text(entry, "kind") === "segments" ? <Options {...{ entry, onChange }} label={label} /> : null;
    case "topics":
      return <Rows {...{ entry, onChange }} name="topics" label={label} keys={["title", "say", "leave_out"]} />;
    case "branches":
      return <Branches {...{ language, entry, onChange }} label={label} />;
  }
}

function Labelled({ label, id, children }: { label: string; id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
    </div>
  );
}

export function Group({ label, aside, children }: { label: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <div className="field" role="group" aria-label={label}>
      <span>
        {label} {aside}
      </span>
      {children}
    </div>
  );
}

function MaybeRule({ language, entry, part, primitives, onChange, label }: Props & { label: string }) {
  const w = words.language;
  const value = entry[part.key];
  const profile = "why" in entry;
  const none = profile ? w.asInSpec : w.always;
  return (
    <Group
      label={label}
      aside={
        value === undefined ? (
          <button type="button" className="text-button" onClick={() => onChange(put(entry, part.key, dataOf(fresh(language))))} data-testid={`add-${part.key}`}>{w.addRule}</button>
        ) : (
          <button type="button" className="text-button" onClick={() => onChange(put(entry, part.key, undefined))} data-testid={`drop-${part.key}`}>{profile ? w.dropReading : w.dropGate}</button>
        )
      }
    >
      {value === undefined ? <span className="dim">{none}</span> : value === "always" ? <span>{w.always}</span> : (
        <RuleEditor language={language} value={value} onChange={(rule) => onChange(put(entry, part.key, rule))} primitives={primitives} label={label} testid={`edit-${part.key}`} />
      )}
    </Group>
  );
}

function OneAnswer({ entry, part, onChange, label }: Props & { label: string }) {
  const id = useId();
  const kind = text(entry, "kind");
  if (kind !== "choice" && !(kind === "flag" && part.key === "default")) return null;
  const choices = kind === "flag"
    ? [{ value: "yes", title: words.labels.yes }, { value: "no", title: words.labels.no }]
    : mappings(entry, "options").map((each) => ({ value: text(each, "value"), title: text(each, "title") }));
  return (
    <Labelled label={label} id={id}>
      <select id={id} value={text(entry, part.key)} onChange={(event) => onChange(put(entry, part.key, event.target.value || undefined))} data-testid={`edit-${part.key}`}>
        <option value="">{words.language.none}</option>
        {choices.map((each) => <option key={each.value} value={each.value}>{each.title}</option>)}
      </select>
    </Labelled>
  );
}

/** Rows of a list of records, each with some texts. */
function Rows({ entry, onChange, name, label, keys }: { entry: Entry; onChange: (entry: Entry) => void; name: string; label: string; keys: string[] }) {
  const w = words.language;
  const rows = mappings(entry, name);
  const set = (at: number, row: Entry) => onChange(put(entry, name, rows.map((each, i) => (i === at ? row : each))));
  const taken = (id: string) => rows.some((row) => row["id"] === id);
  const freshId = () => ["new", ...rows.map((_, i) => `new_${i + 2}`)].find((id) => !taken(id)) ?? "new";
  return (
    <Group label={label}>
      {rows.map((row, at) => (
        <div key={at} className="entry-row">
          <input value={text(row, "id")} aria-label={w.id} onChange={(event) => set(at, put(row, "id", event.target.value))} className="id" />
          {keys.map((key) => (
            <textarea
              key={key} rows={key === "title" ? 1 : 2} value={text(row, key)} aria-label={(w.keys as Record<string, string>)[key] ?? key}
              placeholder={(w.keys as Record<string, string>)[key] ?? key} onChange={(event) => set(at, put(row, key, event.target.value))}
            />
          ))}
          <button type="button" className="text-button" onClick={() => onChange(put(entry, name, rows.filter((_, i) => i !== at)))}>{w.rule.remove}</button>
        </div>
      ))}
      <button type="button" className="text-button add" onClick={() => onChange(put(entry, name, [...rows, { id: freshId(), title: "" }]))}>{w.addRow}</button>
    </Group>
  );
}

function Branches({ language, entry, onChange, label }: { language: Language; entry: Entry; onChange: (entry: Entry) => void; label: string }) {
  const w = words.language;
  const rows = mappings(entry, "branches");
  const set = (at: number, row: Entry) => onChange(put(entry, "branches", rows.map((each, i) => (i === at ? row : each))));
  return (
    <Group label={label}>
      {rows.map((row, at) => (
        <div key={at} className="entry-row column">
          <input value={text(row, "id")} aria-label={w.id} onChange={(event) => set(at, put(row, "id", event.target.value))} className="id" />
          <RuleEditor language={language} value={row["when"] ?? ""} onChange={(rule) => set(at, put(row, "when", rule))} label={w.keys.when} />
          {(["say", "otherwise"] as const).map((key) => (
            <textarea key={key} rows={2} value={text(row, key)} aria-label={w.keys[key]} placeholder={w.keys[key]} onChange={(event) => set(at, put(row, key, event.target.value))} />
          ))}
          <button type="button" className="text-button" onClick={() => onChange(put(entry, "branches", rows.filter((_, i) => i !== at)))}>{w.rule.remove}</button>
        </div>
      ))}
      <button
        type="button" className="text-button add"
        onClick={() => onChange(put(entry, "branches", [...rows, { id: `new_${rows.length + 1}`, when: dataOf(fresh(language)), say: "" }]))}
      >
        {w.addRow}
      </button>
    </Group>
  );
}

function Options({ entry, onChange, label }: { entry: Entry; onChange: (entry: Entry) => void; label: string }) {
  const w = words.language;
  const rows = mappings(entry, "options");
  const set = (at: number, row: Entry) => onChange(put(entry, "options", rows.map((each, i) => (i === at ? row : each))));
  return (
    <Group label={label}>
      {rows.map((row, at) => (
        <div key={at} className="entry-row option-row" data-testid="option-row">
          <input value={text(row, "value")} aria-label={w.keys.value} className="id" onChange={(event) => set(at, put(row, "value", event.target.value))} />
          {(["title", "say", "saying"] as const).map((key) => (
            <input key={key} dir="auto" value={text(row, key)} aria-label={w.keys[key]} placeholder={w.keys[key]} onChange={(event) => set(at, put(row, key, event.target.value))} />
          ))}
          {(["open", "unplaced"] as const).map((key) => (
            <label key={key} className="inline">
              <input type="checkbox" checked={text(row, key) === "yes"} onChange={(event) => set(at, put(row, key, event.target.checked ? "yes" : undefined))} />
              {w.keys[key]}
            </label>
          ))}
          <button type="button" className="text-button" onClick={() => onChange(put(entry, "options", rows.filter((_, i) => i !== at)))}>{w.rule.remove}</button>
        </div>
      ))}
      <button type="button" className="text-button add" data-testid="add-option" onClick={() => onChange(put(entry, "options", [...rows, { value: `new_${rows.length + 1}`, title: "" }]))}>{w.addRow}</button>
    </Group>
  );
}

function LookAlikes({ language, entry, onChange, label }: { language: Language; entry: Entry; onChange: (entry: Entry) => void; label: string }) {
  const w = words.language;
  const rows = mappings(entry, "look_alikes");
  const primitives = language.entries.filter((each) => each.kind === "primitive" && each.id !== entry["id"]);
  const set = (at: number, row: Entry) => onChange(put(entry, "look_alikes", rows.map((each, i) => (i === at ? row : each))));
  return (
    <Group label={label}>
      {rows.map((row, at) => (
        <div key={at} className="entry-row column" data-testid="look-alike-row">
          <select value={text(row, "id")} aria-label={label} onChange={(event) => set(at, put(row, "id", event.target.value))}>
            {!primitives.some((each) => each.id === row["id"]) && <option value={text(row, "id")}>{text(row, "id")}</option>}
            {primitives.map((each) => <option key={each.id} value={each.id}>{each.title}</option>)}
          </select>
          <textarea rows={2} dir="auto" value={text(row, "how")} aria-label={w.keys.how} placeholder={w.keys.how} onChange={(event) => set(at, put(row, "how", event.target.value))} />
          {"example" in row ? (
            <Record language={language} record={mapping(row, "example")} label={w.tellsApart} onChange={(record) => set(at, put(row, "example", record))} />
          ) : (
            <button type="button" className="text-button add" onClick={() => set(at, put(row, "example", {}))}>{w.addExample}</button>
          )}
          <button type="button" className="text-button" onClick={() => onChange(put(entry, "look_alikes", rows.filter((_, i) => i !== at)))}>{w.rule.remove}</button>
        </div>
      ))}
      <button
        type="button" className="text-button add"
        onClick={() => primitives[0] && onChange(put(entry, "look_alikes", [...rows, { id: primitives[0].id, how: "" }]))}
      >
        {w.addRow}
      </button>
    </Group>
  );
}

function Examples({ language, entry, onChange, label }: { language: Language; entry: Entry; onChange: (entry: Entry) => void; label: string }) {
  const w = words.language;
  const examples = mapping(entry, "examples");
  const states = ["yes", "no", ...("applies_when" in entry || "does_not_apply" in examples ? ["does_not_apply"] : []), "undetermined"] as const;
  const set = (state: string, records: Data[]) => onChange(put(entry, "examples", put(examples, state, records)));
  return (
    <Group label={label}>
      {states.map((state) => (
        <div key={state} className="example-group" role="group" aria-label={w.states[state as "yes"]}>
          <h4>{w.states[state as "yes"]}</h4>
          {list(examples, state).map((record, at) => isRecord(record) && (
            <div key={at} className="entry-row">
              <Record
                language={language} record={record} label={`${w.states[state as "yes"]} ${at + 1}`}
                onChange={(changed) => set(state, list(examples, state).map((each, i) => (i === at ? changed : each)))}
              />
              <button type="button" className="text-button" onClick={() => set(state, list(examples, state).filter((_, i) => i !== at))}>{w.rule.remove}</button>
            </div>
          ))}
          <button type="button" className="text-button add" onClick={() => set(state, [...list(examples, state), list(examples, state).at(-1) ?? {}])}>{w.addExample}</button>
        </div>
      ))}
    </Group>
  );
}

/** A small label record: questions with answers. Segments stay as they are. */
function Record({ language, record, label, onChange }: { language: Language; record: Entry; label: string; onChange: (record: Entry) => void }) {
  const w = words.language;
  const open = language.fields.filter((each) => !(each.id in record) && each.kind !== "segments");
  return (
    <div className="record" role="group" aria-label={label}>
      {Object.entries(record).map(([id, value]) => (
        <span key={id} className="record-answer">
          <span className="dim">{language.fields.find((each) => each.id === id)?.title ?? id}</span>
          <AnswerOf language={language} id={id} value={value} onChange={(answer) => onChange(put(record, id, answer))} />
          <button type="button" className="text-button" aria-label={w.dropAnswer} onClick={() => onChange(put(record, id, undefined))}>×</button>
        </span>
      ))}
      <span className="record-answer">
        <FieldSelect
          language={{ ...language, fields: [{ id: "", title: w.addAnswer, kind: "text", group: language.form_groups[0]?.id ?? "", options: [] }, ...open] }} value="" label={w.addAnswer}
          onChange={(id) => {
            const field = language.fields.find((each) => each.id === id);
            if (field) onChange(put(record, id, field.kind === "list" ? [] : field.kind === "choice" ? (field.options[0]?.value ?? "") : field.kind === "flag" ? "yes" : ""));
          }}
        />
      </span>
    </div>
  );
}

/** "Pan left, then pan right": segments are read here, not edited. */
function segmentsInWords(field: FieldChoice, value: Data): string {
  const titleOf = (movement: Data) => field.options.find((each) => each.value === movement)?.title ?? String(movement);
  const segments = Array.isArray(value) ? value.filter(isRecord) : [];
  return segments.map((each) => list(each, "movements").map(titleOf).join(" + ")).join(" \u2192 ") || words.language.none;
}

function AnswerOf({ language, id, value, onChange }: { language: Language; id: string; value: Data; onChange: (value: Data) => void }) {
  const field = language.fields.find((each) => each.id === id);
  const label = field?.title ?? id;
  if (field?.kind === "list") {
    const values = Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
    return <Chips label={label} choices={field.options} value={values} onChange={onChange} />;
  }
  if (field?.kind === "segments") return <span>{segmentsInWords(field, value)}</span>;
  if (typeof value !== "string") return <code>{JSON.stringify(value)}</code>;
  if (!field || field.kind === "text") return <input dir="auto" value={value} aria-label={label} onChange={(event) => onChange(event.target.value)} />;
  const choices = field.kind === "flag" ? [{ value: "yes", title: words.labels.yes }, { value: "no", title: words.labels.no }] : field.options;
  return (
    <select value={value} aria-label={label} onChange={(event) => onChange(event.target.value)}>
      {!choices.some((each) => each.value === value) && <option value={value}>{value}</option>}
      {choices.map((each) => <option key={each.value} value={each.value}>{each.title}</option>)}
    </select>
  );
}
