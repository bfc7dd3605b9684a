/** A rule as nested rows: groups (all of, any of), and tests of answers, conditions and primitives; each may be turned. */
import { useMemo } from "react";
import type { Data, FieldChoice, Language } from "../api/language";
import { askAnew, comparable, dataOf, ruleOf, takesSeveral, testsOf, valuesOf, type Rule, type Test } from "../lib/rule";
import { words } from "../words";

interface Props {
  language: Language;
  value: Data;
  onChange: (rule: Data) => void;
  /** Only a primitive's rules may speak of primitives. */
  primitives?: boolean;
  label: string;
  testid?: string;
}

export function RuleEditor({ language, value, onChange, primitives = false, label, testid }: Props) {
  const rule = useMemo(() => ruleOf(value), [value]);
  return (
    <div className="rule" role="group" aria-label={label} data-testid={testid}>
      <Row language={language} rule={rule} primitives={primitives} onChange={(changed) => onChange(dataOf(changed))} />
    </div>
  );
}

interface RowProps {
  language: Language;
  rule: Rule;
  primitives: boolean;
  onChange: (rule: Rule) => void;
  onRemove?: () => void;
}

function Row({ language, rule, primitives, onChange, onRemove }: RowProps) {
  const w = words.language.rule;
  const turned = rule.sort === "not";
  const inner = turned ? rule.rule : rule;
  const put = (changed: Rule) => onChange(turned ? { sort: "not", rule: changed } : changed);
  const isGroup = inner.sort === "all" || inner.sort === "any";
  return (
    <div className={isGroup ? "rule-group" : "rule-row"} data-testid={isGroup ? "rule-group" : "rule-row"}>
      <div className="rule-head">
        <button
          type="button" className="small" aria-pressed={turned} title={w.notHelp} data-testid="rule-not"
          onClick={() => onChange(turned ? inner : { sort: "not", rule: inner })}
        >
          {w.not}
        </button>
        <Sort rule={inner} language={language} primitives={primitives} onChange={put} />
        {inner.sort === "ask" && <Ask language={language} rule={inner} onChange={put} />}
        {inner.sort === "condition" && (
          <Named value={inner.id} choices={language.conditions} label={w.condition} onChange={(id) => put({ sort: "condition", id })} />
        )}
        {inner.sort === "primitive" && (
          <Named
            value={inner.id} choices={language.entries.filter((each) => each.kind === "primitive")} label={w.primitive}
            onChange={(id) => put({ sort: "primitive", id })}
          />
        )}
        {inner.sort === "other" && <code className="dim">{JSON.stringify(inner.data)}</code>}
        <span className="grow" />
        {!isGroup && (
          <button type="button" className="text-button" onClick={() => onChange({ sort: "all", rules: [rule] })} data-testid="rule-wrap">{w.wrap}</button>
        )}
        {onRemove && <button type="button" className="text-button" onClick={onRemove} data-testid="rule-remove">{w.remove}</button>}
      </div>
      {isGroup && (
        <div className="rule-members">
          {inner.rules.map((member, i) => (
            <Row
              key={i} language={language} rule={member} primitives={primitives}
              onChange={(changed) => put({ ...inner, rules: inner.rules.map((each, at) => (at === i ? changed : each)) })}
              {...(inner.rules.length > 1 ? { onRemove: () => put({ ...inner, rules: inner.rules.filter((_, at) => at !== i) }) } : {})}
            />
          ))}
          <button
            type="button" className="text-button" data-testid="rule-add"
            onClick={() => put({ ...inner, rules: [...inner.rules, fresh(language)] })}
          >
            {w.add}
          </button>
        </div>
      )}
    </div>
  );
}

/** The first test that comes to hand; a person chooses another. */
export function fresh(language: Language): Rule {
  const field = language.fields[0];
  return field ? askAnew(field, "is", [], language.fields) : { sort: "other", data: "" };
}

type Sorts = "ask" | "all" | "any" | "condition" | "primitive";
function Sort({ rule, language, primitives, onChange }: { rule: Rule; language: Language; primitives: boolean; onChange: (rule: Rule) => void }) {
  const w = words.language.rule;
  const choose = (sort: Sorts) => {
    if (sort === rule.sort) return;
    if (sort === "all" || sort === "any") onChange({ sort, rules: rule.sort === "all" || rule.sort === "any" ? rule.rules : [rule] });
    else if (sort === "condition") onChange({ sort, id: language.conditions[0]?.id ?? "" });
    else if (sort === "primitive") onChange({ sort, id: language.entries.find((each) => each.kind === "primitive")?.id ?? "" });
    else onChange(fresh(language));
  };
  return (
    <select value={rule.sort} aria-label={w.sort} onChange={(event) => choose(event.target.value as Sorts)} data-testid="rule-sort">
      <option value="ask">{w.ask}</option>
      <option value="all">{w.all}</option>
      <option value="any">{w.any}</option>
      <option value="condition">{w.condition}</option>
      {(primitives || rule.sort === "primitive") && <option value="primitive">{w.primitive}</option>}
      {rule.sort === "other" && <option value="other">{w.other}</option>}
    </select>
  );
}

function Named({ value, choices, label, onChange }: { value: string; choices: { id: string; title: string }[]; label: string; onChange: (id: string) => void }) {
  return (
    <select value={value} aria-label={label} onChange={(event) => onChange(event.target.value)} data-testid="rule-named">
      {!choices.some((each) => each.id === value) && <option value={value}>{value}</option>}
      {choices.map((each) => <option key={each.id} value={each.id}>{each.title}</option>)}
    </select>
  );
}

function Ask({ language, rule, onChange }: { language: Language; rule: Extract<Rule, { sort: "ask" }>; onChange: (rule: Rule) => void }) {
  const w = words.language.rule;
  const field = language.fields.find((each) => each.id === rule.field);
  const choose = (id: string) => {
    const chosen = language.fields.find((each) => each.id === id);
    if (chosen) onChange(askAnew(chosen, rule.test, rule.values, language.fields));
  };
  return (
    <>
      <FieldSelect language={language} value={rule.field} label={w.field} onChange={choose} />
      {field && (
        <select
          value={rule.test} aria-label={w.test} data-testid="rule-test"
          onChange={(event) => onChange(askAnew(field, event.target.value as Test, rule.values, language.fields))}
        >
          {testsOf(field).map((test) => <option key={test} value={test}>{field.kind === "list" && test === "is" ? w.tests.exactly : w.tests[test]}</option>)}
        </select>
      )}
      {field && <Values language={language} field={field} rule={rule} onChange={onChange} />}
    </>
  );
}

export function FieldSelect({ language, value, label, onChange }: { language: Language; value: string; label: string; onChange: (id: string) => void }) {
  return (
    <select value={value} aria-label={label} onChange={(event) => onChange(event.target.value)} data-testid="rule-field">
      {!language.fields.some((each) => each.id === value) && <option value={value}>{value}</option>}
      {language.form_groups.map((group) => (
        <optgroup key={group.id} label={group.title}>
          {language.fields.filter((each) => each.group === group.id).map((each) => <option key={each.id} value={each.id}>{each.title}</option>)}
        </optgroup>
      ))}
    </select>
  );
}

function Values({ language, field, rule, onChange }: {
  language: Language; field: FieldChoice; rule: Extract<Rule, { sort: "ask" }>; onChange: (rule: Rule) => void;
}) {
  const w = words.language.rule;
  const put = (values: string[]) => onChange({ ...rule, values });
  if (rule.test === "same_as" || rule.test === "before" || rule.test === "after") {
    const twins = language.fields.filter((each) => each.id !== field.id && comparable(each, field));
    return <Named value={rule.values[0] ?? ""} choices={twins} label={w.other} onChange={(id) => put([id])} />;
  }
  const choices = valuesOf(field, rule.test);
  if (choices.length === 0) {
    return (
      <select value={rule.values[0] ?? "yes"} aria-label={w.value} onChange={(event) => put([event.target.value])} data-testid="rule-value">
        <option value="yes">{words.labels.yes}</option>
        <option value="no">{words.labels.no}</option>
      </select>
    );
  }
  if (!takesSeveral(field, rule.test)) {
    return (
      <select value={rule.values[0] ?? ""} aria-label={w.value} onChange={(event) => put([event.target.value])} data-testid="rule-value">
        {!choices.some((each) => each.value === rule.values[0]) && <option value={rule.values[0] ?? ""}>{rule.values[0] ?? ""}</option>}
        {choices.map((each) => <option key={each.value} value={each.value}>{each.title}</option>)}
      </select>
    );
  }
  return <Chips label={w.values} choices={choices} value={rule.values} onChange={put} />;
}

/** Several of a few, as buttons that stay pressed; in the order of the choices. */
export function Chips({ label, choices, value, onChange, testid = "chips" }: {
  label: string; choices: { value: string; title: string }[]; value: string[]; onChange: (values: string[]) => void; testid?: string;
}) {
  const strange = value.filter((each) => !choices.some((choice) => choice.value === each)).map((each) => ({ value: each, title: each }));
  const all = [...choices, ...strange];
  return (
    <span className="chips" role="group" aria-label={label} data-testid={testid}>
      {all.map((choice) => {
        const on = value.includes(choice.value);
        return (
          <button
            key={choice.value} type="button" aria-pressed={on} className={on ? "small on" : "small"} data-testid={`chip-${choice.value}`}
            onClick={() => onChange(all.map((each) => each.value).filter((each) => (each === choice.value ? !on : value.includes(each))))}
          >
            {choice.title}
          </button>
        );
      })}
    </span>
  );
}
