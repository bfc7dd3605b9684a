/** The label form: only the questions that apply, answered by digits; what the words mean stands under the player. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ServerError } from "../api/client";
import { server } from "../api/server";
import type { Answer, Answers, Field, Person, Primitive, Scratch, Spec, TaskKey, TaskView, Violation } from "../api/types";
import { useKeys } from "../keys/keys";
import { asked, grouped, isAnswered, offered, sendable, violationsOf } from "../lib/spec";
import { Key, Trouble, UserText } from "../parts/parts";
import { notify } from "../parts/notices";
import { Player } from "../player/Player";
import { usePlayer } from "../player/use-player";
import { Shell } from "../task/Shell";
import { goOn, useScratch, useTask, type Desk } from "../task/use-task";
import { say, words } from "../words";

interface Labelling {
  v: 1;
  kind: "labels";
  answers: Answers;
}

function revive(view: TaskView, scratch: Scratch): Labelling {
  const kept = scratch as Partial<Labelling>;
  if (kept.v === 1 && kept.kind === "labels" && kept.answers) return { v: 1, kind: "labels", answers: kept.answers };
  return { v: 1, kind: "labels", answers: view.labels?.answers ?? {} };
}

export function LabelsPage({ task, me }: { task: TaskKey; me: Person }) {
  const desk = useTask(task, me);
  const spec = useQuery({ queryKey: ["spec"], queryFn: server.spec, staleTime: Infinity });
  const player = usePlayer(desk.view?.clip, desk.clock);
  const problem = desk.problem ?? spec.error;
  if (!desk.view || !spec.data) return <main className="plain">{problem ? <Trouble error={problem} /> : <p className="dim">{words.loading}</p>}</main>;
  return <Labels desk={desk} view={desk.view} spec={spec.data} me={me} task={task} player={player} />;
}

interface Props {
  desk: Desk;
  view: TaskView;
  spec: Spec;
  me: Person;
  task: TaskKey;
  player: ReturnType<typeof usePlayer>;
}

function Labels({ desk, view, spec, me, task, player }: Props) {
  const w = words.labels;
  const { engine } = player;
  const reviveHere = useCallback((scratch: Scratch) => revive(view, scratch), [view]);
  const book = useScratch(task, me, view, reviveHere);
  const { value: work, update } = book;
  const { answers } = work;
  const mine = desk.holding;
  const fields = useMemo(() => asked(spec.fields, answers), [spec, answers]);
  const [at, setAt] = useState<string | null>(null);
  const current = fields.find((field) => field.id === at) ?? fields[0];
  const list = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  const [meaning, setMeaning] = useState(false);
  const violations = desk.trouble instanceof ServerError ? violationsOf(desk.trouble.details) : [];

  const answer = (field: Field, value: Answer | undefined) => {
    if (!mine) return;
    const next = { ...answers };
    if (value === undefined) delete next[field.id];
    else next[field.id] = value;
    if (desk.trouble) desk.setTrouble(null);
    update({ answers: next });
  };
  const choose = (field: Field, value: Answer) => {
    setAt(field.id);
    const before = answers[field.id];
    if (field.kind === "list" || field.kind === "order") {
      const members = Array.isArray(before) ? before : [];
      answer(field, members.includes(String(value)) ? members.filter((each) => each !== value) : [...members, String(value)]);
    } else answer(field, before === value ? undefined : value);
  };
  const valuesOf = (field: Field): Answer[] => (field.kind === "flag" ? [true, false] : offered(field, answers).map((option) => option.value));
  /** Whether there was a question to go to. */
  const go = (by: number): boolean => {
    const next = fields[fields.findIndex((field) => field.id === current?.id) + by];
    if (next) {
      moved.current = true;
      setAt(next.id);
    }
    return next !== undefined;
  };
  const nextOpen = () => {
    const index = fields.findIndex((field) => field.id === current?.id);
    const open = [...fields.slice(index + 1), ...fields.slice(0, index + 1)].find((field) => !isAnswered(answers[field.id]));
    if (open) {
      moved.current = true;
      setAt(open.id);
    }
  };
  const restAsUsual = (group: Field[]) => {
    const usual = group.filter((field) => !isAnswered(answers[field.id]) && isAnswered(field.neutral));
    if (usual.length) update({ answers: { ...answers, ...Object.fromEntries(usual.map((field) => [field.id, field.neutral!])) } });
  };
  const digit = (number: number) => {
    if (!current || current.kind === "text") return;
    const value = valuesOf(current)[number - 1];
    if (value === undefined) return;
    const before = answers[current.id];
    choose(current, value);
    if ((current.kind === "choice" || current.kind === "flag") && before !== value) go(1);
  };

  useEffect(() => {
    if (!moved.current || !current) return;
    moved.current = false;
    const card = list.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(current.id)}"]`);
    card?.scrollIntoView({ block: "nearest" });
    const text = card?.querySelector("textarea");
    if (text) text.focus({ preventScroll: true });
    else card?.focus({ preventScroll: true });
  }, [current]);

  const submit = async () => {
    if (!mine || desk.busy) return;
    try {
      const { outcome } = await desk.act("label", { answers: sendable(spec.fields, answers) });
      await book.clear();
      notify(outcome === "extra" ? words.task.keptAsExtra : words.task.submitted);
      await goOn(task.campaign, ["label"]);
    } catch (error) {
      const first = error instanceof ServerError ? violationsOf(error.details)[0]?.fields[0] : undefined;
      if (first) {
        moved.current = true;
        setAt(first);
      }
    }
  };

  useKeys({
    title: w.keysTitle,
    bindings: [
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 0].map((number) => ({
        keys: [String(number)], label: w.digits, hidden: number !== 1, run: () => digit(number === 0 ? 10 : number),
      })),
      { keys: ["]", "Tab"], label: w.next, run: (event) => go(1) || event.key !== "Tab" }, // at the end Tab leaves the form
      { keys: ["[", "Shift+Tab"], label: w.previous, run: (event) => go(-1) || event.key !== "Tab" },
      { keys: ["N"], label: w.nextOpen, run: nextOpen },
      { keys: ["Backspace"], label: w.clear, run: () => current && answer(current, undefined) },
      { keys: ["W"], label: w.meaningKey, run: () => setMeaning(!meaning) },
      { keys: ["Ctrl+Enter"], label: w.submit, inText: true, run: () => void submit() },
      {
        keys: ["Escape"], label: words.caption.leaveField, inText: true,
        run: () => document.activeElement instanceof HTMLElement && document.activeElement.blur(),
      },
    ],
  });

  const elsewhere = violations.filter((each) => !fields.some((field) => each.fields.includes(field.id)));
  const groups = grouped(spec, fields);
  const answeredCount = fields.filter((field) => isAnswered(answers[field.id])).length;
  const left = (
    <>
      <Player engine={engine} hash={view.clip.video_hash} ranges={[]} problem={player.problem ? <Trouble error={player.problem} /> : undefined} />
      <div className="under-player">
        {current && (
          <div className="question-help" data-testid="question-help">
            <h2>{current.title}</h2>
            {current.help && <p>{current.help}</p>}
            <button type="button" className="text-button" aria-expanded={meaning} onClick={() => setMeaning(!meaning)} data-testid="meaning-toggle">
              {meaning ? w.hideMeaning : w.showMeaning} <Key name="W" />
            </button>
            {meaning && <Meaning key={current.id} spec={spec} field={current} />}
          </div>
        )}
      </div>
    </>
  );
  const footer = mine ? (
    <>
      <span className="footer-hint tabular" data-testid="answered">{say(w.answered, { done: answeredCount, all: fields.length })}</span>
      <span className="grow" />
      <button type="button" className="primary" onClick={() => void submit()} disabled={desk.busy !== null} data-testid="submit">
        {w.submit} <Key name="Ctrl+Enter" />
      </button>
    </>
  ) : null;

  return (
    <Shell desk={desk} view={view} left={left} footer={footer} save={mine ? book : undefined} trouble={violations.length ? w.contradict : undefined}>
      {elsewhere.map((each) => (
        <p key={each.rule} className="violation" role="alert">
          <strong>{each.rule}</strong> {each.mend}
        </p>
      ))}
      <div className="form" ref={list}>
        {groups.map((group) => (
          <fieldset key={group.id} className="group">
            <legend>
              <span>{group.title}</span>
              {mine && group.fields.some((field) => !isAnswered(answers[field.id]) && isAnswered(field.neutral)) && (
                <button type="button" className="text-button" onClick={() => restAsUsual(group.fields)} data-testid={`usual-${group.id}`}>{w.usual}</button>
              )}
            </legend>
            {group.fields.map((field) => (
              <Question
                key={field.id} field={field} answers={answers} current={field.id === current?.id} readOnly={!mine}
                violations={violations.filter((each) => each.fields.includes(field.id))} onFocus={() => setAt(field.id)}
                onChoose={(value) => choose(field, value)} onText={(text) => answer(field, text === "" ? undefined : text)}
              />
            ))}
          </fieldset>
        ))}
      </div>
    </Shell>
  );
}

interface QuestionProps {
  field: Field;
  answers: Answers;
  current: boolean;
  readOnly: boolean;
  violations: Violation[];
  onFocus: () => void;
  onChoose: (value: Answer) => void;
  onText: (text: string) => void;
}

function Question({ field, answers, current, readOnly, violations, onFocus, onChoose, onText }: QuestionProps) {
  const given = answers[field.id];
  const choices: { value: Answer; title: string }[] =
    field.kind === "flag" ? [{ value: true, title: words.labels.yes }, { value: false, title: words.labels.no }] : offered(field, answers);
  const place = (value: Answer) => (Array.isArray(given) ? given.indexOf(String(value)) : -1);
  const on = (value: Answer) => (Array.isArray(given) ? place(value) >= 0 : given === value);
  const id = `question-${field.id}`;
  const short = field.kind !== "text" && choices.length <= 4 && choices.reduce((sum, choice) => sum + choice.title.length, 0) <= 36;
  return (
    <div
      className={["question", short ? "short" : "", current ? "current" : "", violations.length ? "wrong" : "", isAnswered(given) ? "" : "open"].join(" ")}
      data-field={field.id} data-testid="question" role="group" aria-labelledby={id} tabIndex={-1} onFocus={onFocus} onPointerDown={onFocus}
    >
      <p id={id} className="question-text">{field.question}</p>
      {field.kind === "text" ? (
        <textarea
          dir="auto" rows={3} value={typeof given === "string" ? given : ""} readOnly={readOnly} aria-labelledby={id}
          onChange={(event) => onText(event.target.value)} data-testid={`field-${field.id}`}
        />
      ) : (
        <div className={choices.some((choice) => choice.title.length > 32) ? "options long" : "options"}>
          {choices.map((choice, i) => (
            <button
              key={String(choice.value)} type="button" aria-pressed={on(choice.value)} className={on(choice.value) ? "option on" : "option"}
              disabled={readOnly} tabIndex={current ? 0 : -1} onMouseDown={(event) => event.preventDefault()} onClick={() => onChoose(choice.value)}
              data-testid={`option-${field.id}-${String(choice.value)}`}
            >
              {i < 10 && <span className="digit" aria-hidden="true">{(i + 1) % 10}</span>}
              {choice.title}
              {field.kind === "order" && on(choice.value) && <span className="order-place">{say(words.labels.place, { place: place(choice.value) + 1 })}</span>}
            </button>
          ))}
          {choices.length === 0 && <span className="dim">{words.labels.noOptions}</span>}
        </div>
      )}
      {violations.map((each) => (
        <p key={each.rule} className="violation" role="alert" data-testid="violation">
          <strong>{each.rule}</strong> {each.mend}
        </p>
      ))}
    </div>
  );
}

/** The primitives that the question decides, or, where the server does not tell, those that the person looks up. */
function Meaning({ spec, field }: { spec: Spec; field: Field }) {
  const decided = spec.primitives.filter((each) => each.fields?.includes(field.id));
  const [looked, setLooked] = useState(decided.length ? "" : (field.title.split(" ")[0] ?? ""));
  const found: Primitive[] = looked.trim()
    ? spec.primitives.filter((each) => `${each.id} ${each.title} ${each.definition}`.toLowerCase().includes(looked.trim().toLowerCase())).slice(0, 12)
    : decided;
  const title = (id: string) => spec.primitives.find((each) => each.id === id)?.title ?? id;
  return (
    <div className="meaning" data-testid="meaning">
      <input
        type="search" value={looked} onChange={(event) => setLooked(event.target.value)} placeholder={words.labels.lookUp} aria-label={words.labels.lookUp}
      />
      {found.map((each) => (
        <article key={each.id}>
          <h3>{each.title}</h3>
          <p>{each.definition}</p>
          {each.decision && <p className="dim">{each.decision}</p>}
          {each.look_alikes.map((other) => (
            <p key={other.id} className="look-alike">
              <span className="dim">{words.labels.not}</span> <UserText text={title(other.id)} />: {other.how}
            </p>
          ))}
        </article>
      ))}
    </div>
  );
}
