/** One question of the label form: its options by digits, a text, or rows in order of time. */
import type { KeyboardEvent, ReactNode } from "react";
import type { Answer, Field, Violation } from "../api/spec";
import { holds, isAnswered } from "../lib/spec";
import { words } from "../words";

interface Props {
  field: Field;
  /** As the form shows it: given, chosen beforehand, or following from another answer. */
  given: Answer | undefined;
  current: boolean;
  readOnly: boolean;
  /** It shows what was chosen beforehand, and nobody has looked at it. */
  preset: boolean;
  /** The title of the question that it follows from. */
  from: string | null;
  violations: Violation[];
  onFocus: () => void;
  onChoose: (value: Answer) => void;
  onText: (text: string) => void;
  /** What stands in place of the options. */
  children?: ReactNode;
}

export function choicesOf(field: Field): { value: Answer; title: string }[] {
  return field.kind === "flag" ? [{ value: true, title: words.labels.yes }, { value: false, title: words.labels.no }] : field.options;
}

export function Question({ field, given, current, readOnly, preset, from, violations, onFocus, onChoose, onText, children }: Props) {
  const w = words.labels;
  const choices = choicesOf(field);
  const on = (value: Answer) => holds(given, value);
  const id = `question-${field.id}`;
  const listed = field.kind !== "text" && field.kind !== "segments";
  const short = from !== null || (listed && choices.length <= 4 && choices.reduce((sum, choice) => sum + choice.title.length, 0) <= 30);
  return (
    <div
      className={["question", short ? "short" : "", current ? "current" : "", violations.length ? "wrong" : "", isAnswered(given) ? "" : "open"].join(" ")}
      data-field={field.id} data-testid="question" role="group" aria-labelledby={id} tabIndex={-1} onFocus={onFocus} onPointerDown={onFocus}
      onKeyDown={field.kind === "segments" ? tabWithin : undefined}
    >
      <p id={id} className="question-text">
        {field.question}
        {isAnswered(field.default) && from === null && (
          // Its room stays when it goes: the options must not move under the pointer.
          <span className={preset ? "preset-mark" : "preset-mark gone"} aria-hidden={!preset} data-testid="preset-mark">{w.preset}</span>
        )}
      </p>
      {from !== null ? (
        <p className="follows" data-testid={`follows-${field.id}`}>
          <span>{choices.find((choice) => choice.value === given)?.title ?? String(given)}</span>
          <span className="dim" title={from}>{w.follows}</span>
        </p>
      ) : (
        children ||
        (field.kind === "text" ? (
          <textarea
            dir="auto" rows={3} value={typeof given === "string" ? given : ""} readOnly={readOnly} aria-labelledby={id}
            onChange={(event) => onText(event.target.value)} data-testid={`field-${field.id}`}
          />
        ) : (
          <div className={choices.some((choice) => choice.title.length > 32) ? "options long" : "options"}>
            {choices.map((choice, i) => (
              <button
                key={String(choice.value)} type="button" aria-pressed={on(choice.value)}
                className={["option", on(choice.value) ? "on" : "", preset ? "preset" : ""].join(" ")} disabled={readOnly} tabIndex={current ? 0 : -1}
                onMouseDown={(event) => event.preventDefault()} onClick={() => onChoose(choice.value)}
                data-testid={`option-${field.id}-${String(choice.value)}`}
              >
                {i < 10 && <span className="digit" aria-hidden="true">{(i + 1) % 10}</span>}
                {choice.title}
              </button>
            ))}
          </div>
        ))
      )}
      {violations.map((each) => (
        <p key={each.rule} className="violation" role="alert" data-testid="violation">
          <strong>{each.rule}</strong> {each.mend}
        </p>
      ))}
    </div>
  );
}

/** Tab walks over the controls of the question, from the question itself to the last, and only then to another question. */
function tabWithin(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== "Tab" || event.ctrlKey || event.altKey || event.metaKey) return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")].filter((each) => each.tabIndex >= 0);
  const here = stops.indexOf(document.activeElement as HTMLButtonElement);
  const next = here < 0 && event.shiftKey ? undefined : stops[here + (event.shiftKey ? -1 : 1)];
  if (!next) return; // the page goes to the next question, or the one before
  next.focus();
  event.preventDefault();
}
