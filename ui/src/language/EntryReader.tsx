/** An entry to be read: the guide beside the questions, and where a lead begins to edit. */
import { useQuery } from "@tanstack/react-query";
import type { Entry, EntryView, Language } from "../api/language";
import { picturesServer, type PrimitivePictures } from "../api/pictures";
import { list, mappings, strings, text } from "../lib/entry";
import { useQuery as useAddress } from "../lib/router";
import { Loop } from "../parts/Loop";
import { Link, UserText } from "../parts/parts";
import { words } from "../words";
import { Outcomes } from "./TrialPanel";

/** The address of an entry; ``hash`` stays with one version. */
export const entryPath = (kind: string, id: string, hash?: string | null) => `/language?${new URLSearchParams({ kind, id, ...(hash ? { hash } : {}) })}`;

const PROSE = ["question", "model_question", "decision", "help", "purpose", "rule", "mend", "why"] as const;

export function EntryReader({ view, language }: { view: EntryView; language: Language }) {
  const w = words.language;
  const hash = useAddress().get("hash");
  const pictures = useQuery({
    queryKey: ["pictures", view.id, hash ?? language.hash], queryFn: () => picturesServer.primitive(view.id, hash ?? undefined), staleTime: Infinity,
    enabled: view.kind === "primitive",
  }).data;
  const entry: Entry = typeof view.entry === "object" && view.entry !== null && !Array.isArray(view.entry) ? (view.entry as Entry) : {};
  const lists = (["use_words", "avoid_words", "leave_out", "form"] as const).filter((key) => strings(entry, key).length > 0);
  const prose = (key: "definition" | (typeof PROSE)[number]) => view.kind !== "condition" && text(entry, key) && (
    <section key={key}>
      <h3>{w.keys[key]}</h3>
      <UserText as="p" text={text(entry, key)} testid={`read-${key}`} />
    </section>
  );
  const pictured = Boolean(pictures?.loop && pictures.look_alikes.length); // then they come first: nothing tells words apart as quickly
  const lookAlikes = view.look_alikes.length > 0 && (
    <section>
      <h3>{w.keys.look_alikes}</h3>
      {view.look_alikes.map((each) => <LookAlike key={each.id} view={view} other={each} hash={hash} pictures={pictures} />)}
    </section>
  );
  return (
    <article className="entry-text" data-testid="entry-reader">
      {pictures?.loop ? (
        <div className="entry-top">
          <Loop loop={pictures.loop} name={view.title} stills testid="entry-loop" />
          <div>{prose("definition")}</div>
        </div>
      ) : prose("definition")}
      {pictured && lookAlikes}
      {PROSE.map(prose)}
      {Object.entries(view.words).map(([key, said]) => (
        <section key={key}>
          <h3>{(w.keys as Record<string, string>)[key] ?? key}</h3>
          <p data-testid={`words-${key}`}>{said}</p>
        </section>
      ))}
      {view.conditions.length > 0 && (
        <section>
          <h3>{w.where}</h3>
          {view.conditions.map((each) => (
            <p key={each.id}>
              <Link to={entryPath("condition", each.id, hash)}>&ldquo;{each.title}&rdquo;</Link>: {each.words}
            </p>
          ))}
        </section>
      )}
      {list(entry, "options").length > 0 && (
        <section>
          <h3>{w.keys.options}</h3>
          <ul>{mappings(entry, "options").map((each) => <li key={text(each, "value")}><UserText text={text(each, "title")} /></li>)}</ul>
        </section>
      )}
      {list(entry, "topics").length > 0 && (
        <section>
          <h3>{w.keys.topics}</h3>
          <ul>{mappings(entry, "topics").map((each) => <li key={text(each, "id")}><UserText text={text(each, "title")} /> <UserText className="dim" text={text(each, "say")} /></li>)}</ul>
        </section>
      )}
      {!pictured && lookAlikes}
      {lists.map((key) => (
        <section key={key}>
          <h3>{w.keys[key]}</h3>
          <ul>{strings(entry, key).map((each) => <li key={each}><UserText text={each} /></li>)}</ul>
        </section>
      ))}
      <Outcomes outcomes={view.outcomes} />
      {view.rests_on_it.length > 0 && (
        <section>
          <h3>{w.restsOnIt}</h3>
          <p>
            {view.rests_on_it.map((each, i) => (
              <span key={each.id}>
                {i > 0 && ", "}
                <Link to={entryPath(language.conditions.some((one) => one.id === each.id) ? "condition" : "primitive", each.id, hash)}>{each.title}</Link>
              </span>
            ))}
          </p>
        </section>
      )}
    </article>
  );
}

/** What it is taken for, beside it where there are pictures of both. */
function LookAlike({ view, other, hash, pictures }: {
  view: EntryView; other: EntryView["look_alikes"][number]; hash: string | null; pictures: PrimitivePictures | undefined;
}) {
  const link = <Link to={entryPath("primitive", other.id, hash)}>{other.title}</Link>;
  const beside = pictures?.look_alikes.find((each) => each.id === other.id);
  if (!pictures?.loop || !beside) return <p>{link}: <UserText text={other.how} /></p>;
  return (
    <div className="loops-beside" data-testid={`beside-${other.id}`}>
      <div>
        <Loop loop={pictures.loop} name={view.title} />
        <strong>{view.title}</strong>
      </div>
      <div>
        <Loop loop={beside.loop} name={other.title} />
        {link}
      </div>
      <p><span className="dim">{words.pictures.apart}</span> <UserText text={other.how} /></p>
    </div>
  );
}
