/** The label form: only the questions that apply, answered by digits; what the words mean stands under the player. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ServerError } from "../api/client";
import { picturesServer, type AnswerPicture } from "../api/pictures";
import { server, type Person, type Scratch, type TaskKey, type TaskView } from "../api/server";
import type { Answer, Answers, Field, Form, Primitive, Segment, Spec } from "../api/spec";
import { leaveField, useKeys } from "../keys/keys";
import { added, timesOf, toggled } from "../lib/segments";
import { asked, broken, following, grouped, holds, isAnswered, isSegments, meant, sendable, untouched, violationsOf } from "../lib/spec";
import { entryPath } from "../language/EntryReader";
import { Loop } from "../parts/Loop";
import { Key, Trouble, UserText } from "../parts/parts";
import { notify } from "../parts/notices";
import { Player } from "../player/Player";
import { usePlayer } from "../player/use-player";
import { choicesOf, Question } from "../task/Question";
import { SegmentEditor } from "../task/SegmentEditor";
import { Shell } from "../task/Shell";
import { goOn, useTaskScratch, useTask, type OpenTask } from "../task/use-task";
import { say, words } from "../words";

interface Labelling {
  v: 1;
  kind: "labels";
  /** What the person answered. Null: cleared, where the form had chosen something beforehand. */
  answers: Answers;
  /** Questions whose preselected answer was looked at and left as it was. */
  seen: string[];
}

function revive(view: TaskView, form: Form, scratch: Scratch): Labelling {
  const kept = scratch as Partial<Labelling>;
  if (kept.v === 1 && kept.kind === "labels" && kept.answers) return { v: 1, kind: "labels", answers: kept.answers, seen: kept.seen ?? [] };
  return { v: 1, kind: "labels", answers: view.labels ? answersOf(view.labels, form) : {}, seen: [] };
}

/** What was handed in: a preselected answer that nobody looked at stays one, and what was left open stays open. */
function answersOf(labels: NonNullable<TaskView["labels"]>, form: Form): Answers {
  const asLeft = (field: Field) => labels.untouched.includes(field.id) && labels.answers[field.id] === field.default;
  const left = new Set(form.fields.filter(asLeft).map((field) => field.id));
  const answers = Object.fromEntries(Object.entries(labels.answers).filter(([id]) => !left.has(id)));
  const open = asked(form.fields, labels.answers).filter((field) => isAnswered(field.default) && !(field.id in labels.answers));
  return { ...answers, ...Object.fromEntries(open.map((field) => [field.id, null])) };
}

export function LabelsPage({ task, me }: { task: TaskKey; me: Person }) {
  const opened = useTask(task, me);
  const spec = useQuery({ queryKey: ["spec", task.campaign], queryFn: () => server.spec(task.campaign), staleTime: Infinity });
  const form = useQuery({ queryKey: ["form", task.campaign], queryFn: () => server.form(task), staleTime: Infinity });
  const player = usePlayer(opened.view?.clip, opened.clock);
  const problem = opened.problem ?? form.error;
  if (!opened.view || !form.data) return <main className="plain">{problem ? <Trouble error={problem} /> : <p className="dim">{words.loading}</p>}</main>;
  return <Labels opened={opened} view={opened.view} spec={spec.data} form={form.data} me={me} task={task} player={player} />;
}

interface Props {
  opened: OpenTask;
  view: TaskView;
  /** For looking words up; the form does without. */
  spec: Spec | undefined;
  form: Form;
  me: Person;
  task: TaskKey;
  player: ReturnType<typeof usePlayer>;
}

function Labels({ opened, view, spec, form, me, task, player }: Props) {
  const w = words.labels;
  const { engine } = player;
  const reviveHere = useCallback((scratch: Scratch) => revive(view, form, scratch), [view, form]);
  const scratch = useTaskScratch(task, me, view, reviveHere);
  const { value: work, update } = scratch;
  const { answers, seen } = work;
  const mine = opened.holding;
  const fields = useMemo(() => asked(form.fields, answers), [form, answers]);
  const shown = useMemo(() => meant(form.fields, answers), [form, answers]);
  const derived = useMemo(() => following(form.fields, shown), [form, shown]);
  const left = useMemo(() => new Set(untouched(form.fields, answers, seen)), [form, answers, seen]);
  /** The questions that a person answers: what follows from another answer is only shown. */
  const open = fields.filter((field) => !(field.id in derived));
  const [at, setAt] = useState<string | null>(null);
  const [row, setRow] = useState(0);
  const current = fields.find((field) => field.id === at) ?? fields[0];
  const list = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  const [meaning, setMeaning] = useState(false);
  const [showing, setShowing] = useState(false);
  // The form does without: where there are none, or they do not come, nothing is offered.
  const pictures = useQuery({ queryKey: ["answer-pictures", task.campaign], queryFn: () => picturesServer.questions(task.campaign), staleTime: Infinity }).data;
  const refused = opened.trouble instanceof ServerError ? violationsOf(opened.trouble.details) : [];
  const rules = broken(form, answers);
  const violations = [...rules, ...refused.filter((each) => !rules.some((known) => known.rule === each.rule))];

  const answer = (field: Field, value: Answer | undefined) => {
    if (!mine) return;
    const next = { ...answers };
    if (value !== undefined) next[field.id] = value;
    else if (isAnswered(field.default)) next[field.id] = null; // cleared, not forgotten
    else delete next[field.id];
    if (opened.trouble) opened.setTrouble(null);
    update({ answers: next });
  };
  const look = (field: Field) => {
    setAt(field.id);
    if (mine && left.has(field.id)) update({ seen: [...seen, field.id] });
  };
  const choose = (field: Field, value: Answer) => {
    setAt(field.id);
    const before = shown[field.id];
    if (field.kind === "list") {
      const members = Array.isArray(before) ? (before as string[]) : [];
      answer(field, members.includes(String(value)) ? members.filter((each) => each !== value) : [...members, String(value)]);
    } else answer(field, before === value && field.id in answers ? undefined : value); // what was preselected is confirmed first
  };
  const rowsOf = (field: Field): Segment[] => {
    const given = answers[field.id];
    return isSegments(given) ? given : [];
  };
  const setRows = (field: Field, rows: Segment[]) => answer(field, rows.length ? rows : undefined);
  /** Whether there was a question to go to. */
  const go = (by: number): boolean => {
    const here = fields.findIndex((field) => field.id === current?.id);
    const next = by > 0 ? open.find((field) => fields.indexOf(field) > here) : open.findLast((field) => fields.indexOf(field) < here);
    if (next) {
      moved.current = true;
      setAt(next.id);
    }
    return next !== undefined;
  };
  /** The next question that is open, or whose preselected answer nobody has looked at. */
  const nextOpen = () => {
    const index = open.findIndex((field) => field.id === current?.id);
    const next = [...open.slice(index + 1), ...open.slice(0, index + 1)].find((field) => !isAnswered(shown[field.id]) || left.has(field.id));
    if (next) {
      moved.current = true;
      setAt(next.id);
    }
  };
  const restAsUsual = (group: Field[]) => {
    const usual = group.filter((field) => !isAnswered(shown[field.id]) && isAnswered(field.neutral));
    if (usual.length) update({ answers: { ...answers, ...Object.fromEntries(usual.map((field) => [field.id, field.neutral!])) } });
  };
  const digit = (number: number) => {
    if (!current || current.kind === "text" || current.id in derived) return;
    const value = choicesOf(current)[number - 1]?.value;
    if (value === undefined) return;
    if (current.kind === "segments") {
      const rows = rowsOf(current).length ? rowsOf(current) : added([]);
      setRows(current, toggled(rows, Math.min(row, rows.length - 1), String(value), current.options));
      return;
    }
    const before = shown[current.id];
    choose(current, value);
    if ((current.kind === "choice" || current.kind === "flag") && (before !== value || !(current.id in answers))) go(1);
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
    if (!mine || opened.busy) return;
    try {
      const handed = { answers: sendable(form.fields, answers), untouched: [...left] };
      const { outcome } = await opened.act("label", handed);
      await scratch.clear();
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
      { keys: ["Backspace"], label: w.clear, run: () => current && !(current.id in derived) && answer(current, undefined) },
      { keys: ["W"], label: w.meaningKey, run: () => setMeaning(!meaning) },
      ...(pictures && Object.keys(pictures).length ? [{ keys: ["V"], label: w.picturesKey, run: () => setShowing(!showing) }] : []),
      { keys: ["Ctrl+Enter"], label: w.submit, inText: true, run: () => void submit() },
      {
        keys: ["Escape"], label: words.caption.leaveField, inText: true,
        run: leaveField,
      },
    ],
  });

  const elsewhere = violations.filter((each) => !fields.some((field) => each.fields.includes(field.id)));
  const groups = grouped(form.form_groups, fields);
  const answeredCount = open.filter((field) => isAnswered(shown[field.id])).length;
  const ranges = open.filter((field) => field.kind === "segments").flatMap((field) =>
    rowsOf(field).flatMap((each, i) => {
      const { start, end } = timesOf(each);
      return start === null || end === null ? [] : [{ id: `${field.id}-${i}`, name: String(i + 1), start, end, active: i === row }];
    }),
  );
  const source = (field: Field) => form.fields.find((each) => each.options.some((option) => field.id in (option.sets ?? {})));
  const beside = (
    <>
      <Player engine={engine} hash={view.clip.video_hash} clip={view.task} ranges={ranges} problem={player.problem ? <Trouble error={player.problem} /> : undefined} />
      <div className="under-player">
        {current && (
          <div className="question-help" data-testid="question-help">
            <h2>{current.title}</h2>
            {current.help && <p>{current.help}</p>}
            <div className="help-toggles">
              {pictures?.[current.id] && (
                <button type="button" className="text-button" aria-expanded={showing} onClick={() => setShowing(!showing)} data-testid="pictures-toggle">
                  {showing ? w.hidePictures : w.showPictures} <Key name="V" />
                </button>
              )}
              <button type="button" className="text-button" aria-expanded={meaning} onClick={() => setMeaning(!meaning)} data-testid="meaning-toggle">
                {meaning ? w.hideMeaning : w.showMeaning} <Key name="W" />
              </button>
            </div>
            {showing && pictures?.[current.id] && <AnswerPictures key={current.id} field={current} given={shown[current.id]} pictures={pictures[current.id]!} hash={spec?.hash} />}
            {meaning && spec && <Meaning key={current.id} spec={spec} field={current} />}
          </div>
        )}
      </div>
    </>
  );
  const footer = mine ? (
    <>
      <span className="footer-hint tabular" data-testid="answered">
        {say(w.answered, { done: answeredCount, all: open.length })}
        {left.size > 0 && say(w.notLookedAt, { count: left.size })}
      </span>
      <span className="grow" />
      <button type="button" className="primary" onClick={() => void submit()} disabled={opened.busy !== null} data-testid="submit">
        {w.submit} <Key name="Ctrl+Enter" />
      </button>
    </>
  ) : null;

  return (
    <Shell opened={opened} view={view} left={beside} footer={footer} save={mine ? scratch : undefined} trouble={refused.length ? w.contradict : undefined}>
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
              {mine && group.fields.some((field) => !isAnswered(shown[field.id]) && isAnswered(field.neutral)) && (
                <button type="button" className="text-button" onClick={() => restAsUsual(group.fields)} data-testid={`usual-${group.id}`}>{w.usual}</button>
              )}
            </legend>
            {group.fields.map((field) => (
              <Question
                key={field.id} field={field} given={shown[field.id]} current={field.id === current?.id} readOnly={!mine} preset={left.has(field.id)}
                from={field.id in derived ? (source(field)?.title ?? "") : null}
                violations={violations.filter((each) => each.fields.includes(field.id))} onFocus={() => look(field)}
                onChoose={(value) => choose(field, value)} onText={(text) => answer(field, text === "" ? undefined : text)}
              >
                {field.kind === "segments" && (
                  <SegmentEditor
                    field={field} rows={rowsOf(field)} active={row} readOnly={!mine} current={field.id === current?.id} engine={engine}
                    onRows={(rows) => setRows(field, rows)} onActive={setRow}
                  />
                )}
              </Question>
            ))}
          </fieldset>
        ))}
      </div>
    </Shell>
  );
}

/** What the answers to a question look like, under their digits; those without a picture are left out. */
function AnswerPictures({ field, given, pictures, hash }: { field: Field; given: Answer | undefined; pictures: AnswerPicture[]; hash: string | undefined }) {
  const choices = field.kind === "segments" ? field.options : choicesOf(field);
  return (
    <ul className="answer-pictures" data-testid="answer-pictures">
      {choices.map((choice, i) => {
        const found = pictures.find((each) => each.value === choice.value);
        if (!found) return null;
        return (
          <li key={String(choice.value)} data-testid={`picture-${String(choice.value)}`}>
            <Loop loop={found.loop} name={found.title} />
            <a className={holds(given, choice.value) ? "answer-name on" : "answer-name"} href={entryPath("primitive", found.primitive, hash)} target="_blank" rel="noreferrer" title={found.title}>
              {i < 10 && <kbd>{(i + 1) % 10}</kbd>}
              <span>{choice.title}</span>
            </a>
          </li>
        );
      })}
    </ul>
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
          <h3>
            <a href={entryPath("primitive", each.id, spec.hash)} target="_blank" rel="noreferrer">{each.title}</a>
          </h3>
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
