/** The label form: only the questions that apply, answered by digits; what the words mean stands under the player. */
import { useQuery } from "@tanstack/react-query";
import { server, type Person, type TaskKey, type TaskView } from "../api/server";
import type { Field, Form, Spec } from "../api/spec";
import { leaveField, useKeys } from "../keys/keys";
import { QuestionHelp, useQuestionHelp } from "../labels/QuestionHelp";
import { useLabelling } from "../labels/use-labelling";
import { timesOf } from "../lib/segments";
import { grouped, isAnswered } from "../lib/spec";
import { Key, Trouble } from "../parts/parts";
import { Player } from "../player/Player";
import { usePlayer } from "../player/use-player";
import { Question } from "../task/Question";
import { SegmentEditor } from "../task/SegmentEditor";
import { Shell } from "../task/Shell";
import { useTask, type OpenTask } from "../task/use-task";
import { say, words } from "../words";

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
  const at = useLabelling(opened, view, form, me, task);
  const { mine, shown, derived, left, open, current, violations } = at;
  const help = useQuestionHelp(task.campaign);

  useKeys({
    title: w.keysTitle,
    bindings: [
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 0].map((number) => ({
        keys: [String(number)], label: w.digits, hidden: number !== 1, run: () => at.digit(number === 0 ? 10 : number),
      })),
      { keys: ["]", "Tab"], label: w.next, run: (event) => at.go(1) || event.key !== "Tab" }, // at the end Tab leaves the form
      { keys: ["[", "Shift+Tab"], label: w.previous, run: (event) => at.go(-1) || event.key !== "Tab" },
      { keys: ["N"], label: w.nextOpen, run: at.nextOpen },
      { keys: ["Backspace"], label: w.clear, run: () => current && !(current.id in derived) && at.answer(current, undefined) },
      { keys: ["W"], label: w.meaningKey, run: help.turnMeaning },
      ...(help.havePictures ? [{ keys: ["V"], label: w.picturesKey, run: help.turnPictures }] : []),
      { keys: ["Ctrl+Enter"], label: w.submit, inText: true, run: () => void at.submit() },
      {
        keys: ["Escape"], label: words.caption.leaveField, inText: true,
        run: leaveField,
      },
    ],
  });

  const elsewhere = violations.filter((each) => !at.fields.some((field) => each.fields.includes(field.id)));
  const groups = grouped(form.form_groups, at.fields);
  const answeredCount = open.filter((field) => isAnswered(shown[field.id])).length;
  const ranges = open.filter((field) => field.kind === "segments").flatMap((field) =>
    at.rowsOf(field).flatMap((each, i) => {
      const { start, end } = timesOf(each);
      return start === null || end === null ? [] : [{ id: `${field.id}-${i}`, name: String(i + 1), start, end, active: i === at.row }];
    }),
  );
  const source = (field: Field) => form.fields.find((each) => each.options.some((option) => field.id in (option.sets ?? {})));
  const beside = (
    <>
      <Player engine={engine} hash={view.clip.video_hash} clip={view.task} ranges={ranges} problem={player.problem ? <Trouble error={player.problem} /> : undefined} />
      <div className="under-player">
        {current && <QuestionHelp field={current} given={shown[current.id]} spec={spec} help={help} />}
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
      <button type="button" className="primary" onClick={() => void at.submit()} disabled={opened.busy !== null} data-testid="submit">
        {w.submit} <Key name="Ctrl+Enter" />
      </button>
    </>
  ) : null;

  return (
    <Shell opened={opened} view={view} left={beside} footer={footer} save={mine ? at.scratch : undefined} trouble={at.refused.length ? w.contradict : undefined}>
      {elsewhere.map((each) => (
        <p key={each.rule} className="violation" role="alert">
          <strong>{each.rule}</strong> {each.mend}
        </p>
      ))}
      <div className="form" ref={at.list}>
        {groups.map((group) => (
          <fieldset key={group.id} className="group">
            <legend>
              <span>{group.title}</span>
              {mine && group.fields.some((field) => !isAnswered(shown[field.id]) && isAnswered(field.neutral)) && (
                <button type="button" className="text-button" onClick={() => at.restAsUsual(group.fields)} data-testid={`usual-${group.id}`}>{w.usual}</button>
              )}
            </legend>
            {group.fields.map((field) => (
              <Question
                key={field.id} field={field} given={shown[field.id]} current={field.id === current?.id} readOnly={!mine} preset={left.has(field.id)}
                from={field.id in derived ? (source(field)?.title ?? "") : null}
                violations={violations.filter((each) => each.fields.includes(field.id))} onFocus={() => at.look(field)}
                onChoose={(value) => at.choose(field, value)} onText={(text) => at.answer(field, text === "" ? undefined : text)}
              >
                {field.kind === "segments" && (
                  <SegmentEditor
                    field={field} rows={at.rowsOf(field)} active={at.row} readOnly={!mine} current={field.id === current?.id} engine={engine}
                    onRows={(rows) => at.setRows(field, rows)} onActive={at.setRow}
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
