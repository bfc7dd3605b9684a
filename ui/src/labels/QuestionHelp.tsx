/** What stands under the player: the question's help, pictures of its answers, and what the primitives mean that it decides. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { picturesServer, type AnswerPicture } from "../api/pictures";
import type { Answer, Field, Primitive, Spec } from "../api/spec";
import { entryPath } from "../language/EntryReader";
import { holds } from "../lib/spec";
import { Loop } from "../parts/Loop";
import { Key, UserText } from "../parts/parts";
import { choicesOf } from "../task/Question";
import { words } from "../words";

export type QuestionHelpState = ReturnType<typeof useQuestionHelp>;

/** Which of the two helps is open, for whichever question; the keys open them too. */
export function useQuestionHelp(campaign: string) {
  const [meaning, setMeaning] = useState(false);
  const [showing, setShowing] = useState(false);
  // The form does without: where there are none, or they do not come, nothing is offered.
  const pictures = useQuery({ queryKey: ["answer-pictures", campaign], queryFn: () => picturesServer.questions(campaign), staleTime: Infinity }).data;
  return {
    meaning, showing, pictures,
    havePictures: pictures !== undefined && Object.keys(pictures).length > 0,
    turnMeaning: () => setMeaning(!meaning),
    turnPictures: () => setShowing(!showing),
  };
}

export function QuestionHelp({ field, given, spec, help }: {
  field: Field;
  given: Answer | undefined;
  /** For looking words up; the form does without. */
  spec: Spec | undefined;
  help: QuestionHelpState;
}) {
  const w = words.labels;
  const pictures = help.pictures?.[field.id];
  return (
    <div className="question-help" data-testid="question-help">
      <h2>{field.title}</h2>
      {field.help && <p>{field.help}</p>}
      <div className="help-toggles">
        {pictures && (
          <button type="button" className="text-button" aria-expanded={help.showing} onClick={help.turnPictures} data-testid="pictures-toggle">
            {help.showing ? w.hidePictures : w.showPictures} <Key name="V" />
          </button>
        )}
        <button type="button" className="text-button" aria-expanded={help.meaning} onClick={help.turnMeaning} data-testid="meaning-toggle">
          {help.meaning ? w.hideMeaning : w.showMeaning} <Key name="W" />
        </button>
      </div>
      {help.showing && pictures && <AnswerPictures key={field.id} field={field} given={given} pictures={pictures} hash={spec?.hash} />}
      {help.meaning && spec && <Meaning key={field.id} spec={spec} field={field} />}
    </div>
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
