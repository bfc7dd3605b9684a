/** Searching: clips by primitives, captions by words. What is looked for stands in the address. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { ServerError } from "../api/client";
import { searchServer, type Asked, type Hit } from "../api/search";
import { server, type Person } from "../api/server";
import { useKeys } from "../keys/keys";
import { sliceCodePoints, toUnits } from "../lib/codepoints";
import { setQuery, taskPath, useQuery as useAddress } from "../lib/router";
import { Link, Trouble } from "../parts/parts";
import { QueryInput } from "../parts/QueryInput";
import { cellOf, useSheet } from "../player/previews";
import { say, words } from "../words";

const PAGE = 20;
const MOST = 500;

export function SearchPage({ me }: { me: Person }) {
  const w = words.search;
  const address = useAddress();
  const asked: Asked = {
    q: address.get("q") ?? "", text: address.get("text") ?? "", campaign: address.get("campaign") ?? undefined,
    aspect: address.get("aspect") ?? undefined, unsettled: address.get("unsettled") === "1",
    limit: Math.max(1, Math.min(MOST, Math.floor(Number(address.get("limit"))) || PAGE)),
  };
  const something = Boolean(asked.q.trim() || asked.text.trim());
  const found = useQuery({
    queryKey: ["search", asked], queryFn: () => searchServer.search(asked), enabled: something, placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    // While the index is behind every question brings it further.
    refetchInterval: (query) => (query.state.data?.behind ? 500 : false),
    retry: false,
  });
  const data = something && !found.error ? found.data : undefined;
  return (
    <main className="plain wide search" data-testid="search-page">
      <Form key={`${asked.q}\n${asked.text}`} asked={asked} leads={me.roles.includes("lead")} />
      {something && found.error && <QueryTrouble error={found.error} query={asked.q} />}
      {!something && <p className="dim">{w.help}</p>}
      {data && (
        <>
          <p className="dim" aria-live="polite" data-testid="search-count">
            {data.total === 0 ? w.nothing : say(w.count, { total: data.total.toLocaleString("en"), shown: data.hits.length, ms: Math.round(data.seconds * 1000) })}
            {data.read_as && <> {w.readAs} <code data-testid="search-read-as">{data.read_as}</code></>}
            {data.behind > 0 && <strong> {say(w.behind, { acts: data.behind.toLocaleString("en") })}</strong>}
          </p>
          <ol className="hits" data-testid="search-hits">
            {data.hits.map((hit) => <HitRow key={`${hit.campaign}/${hit.video_id}/${hit.aspect}`} hit={hit} />)}
          </ol>
          {data.hits.length < Math.min(data.total, MOST) && (
            <button type="button" onClick={() => setQuery({ limit: Math.min(MOST, asked.limit * 2) })} data-testid="search-more">{w.more}</button>
          )}
        </>
      )}
    </main>
  );
}

function Form({ asked, leads }: { asked: Asked; leads: boolean }) {
  const w = words.search;
  const [query, setTyped] = useState(asked.q);
  const [text, setText] = useState(asked.text);
  const first = useRef<HTMLInputElement>(null);
  const campaigns = useQuery({ queryKey: ["campaigns"], queryFn: server.campaigns }).data?.campaigns ?? [];
  const spec = useQuery({ queryKey: ["spec", asked.campaign ?? ""], queryFn: () => server.spec(asked.campaign), staleTime: Infinity, retry: false }).data;
  useKeys({ title: w.title, bindings: [{ keys: ["/"], label: w.focus, run: () => first.current?.focus() }] });
  return (
    <form
      className="search-form" role="search"
      onSubmit={(event) => {
        event.preventDefault();
        setQuery({ q: query.trim() || null, text: text.trim() || null, limit: null });
      }}
    >
      <h1>{w.title}</h1>
      <label className="search-field">
        <span className="dim">{w.primitives}</span>
        <QueryInput inputRef={first} value={query} onChange={setTyped} primitives={spec?.primitives ?? []} label={w.primitives} placeholder="dolly_zoom and shot_size:close_up->wide" />
      </label>
      <label className="search-field">
        <span className="dim">{w.text}</span>
        <input type="search" value={text} placeholder={'"red car" pass*'} onChange={(event) => setText(event.target.value)} data-testid="search-text" />
      </label>
      <label className="inline">
        <span className="dim">{words.queue.campaign}</span>
        <select value={asked.campaign ?? ""} onChange={(event) => setQuery({ campaign: event.target.value || null })} data-testid="search-campaign">
          <option value="">{words.queue.allCampaigns}</option>
          {campaigns.map((each) => <option key={each.name} value={each.name}>{each.name}</option>)}
        </select>
      </label>
      <label className="inline">
        <span className="dim">{words.queue.aspect}</span>
        <select value={asked.aspect ?? ""} onChange={(event) => setQuery({ aspect: event.target.value || null })} data-testid="search-aspect">
          <option value="">{w.anyAspect}</option>
          {(spec?.aspects ?? []).map((each) => <option key={each.id} value={each.id}>{each.title}</option>)}
        </select>
      </label>
      {leads && (
        <label className="inline">
          <input type="checkbox" checked={asked.unsettled} onChange={(event) => setQuery({ unsettled: event.target.checked ? "1" : null })} data-testid="search-unsettled" />
          <span>{w.unsettled}</span>
        </label>
      )}
      <button type="submit" className="primary" data-testid="search-send">{w.send}</button>
    </form>
  );
}

/** What is wrong with the query, with the place marked in it. */
function QueryTrouble({ error, query }: { error: unknown; query: string }) {
  const place = error instanceof ServerError ? (error.details as { start?: unknown; end?: unknown } | null) : null;
  const known = place && typeof place.start === "number" && typeof place.end === "number";
  return (
    <>
      <Trouble error={error} />
      {known && <p className="query-place" data-testid="search-place"><code><Marked text={`${query} `} marks={[[Number(place.start), Math.max(Number(place.end), Number(place.start) + 1)]]} /></code></p>}
    </>
  );
}

function HitRow({ hit }: { hit: Hit }) {
  const w = words.search;
  const task = { campaign: hit.campaign, clip: hit.video_id, aspect: hit.aspect ?? "labels" };
  return (
    <li className="hit" data-testid="search-hit">
      <Thumbnail hit={hit} />
      <div>
        <p className="hit-name">
          <Link to={taskPath(task, null)} testid="search-hit-link">{hit.video_id}</Link>
          <span className="dim"> {hit.campaign}{hit.aspect && ` · ${hit.aspect}`}{!hit.settled && hit.aspect && ` · ${w.notFinal}`}</span>
        </p>
        {hit.snippet ? (
          <p dir="auto" className="user-text" data-testid="search-snippet"><Marked text={hit.snippet.text} marks={hit.snippet.marks} /></p>
        ) : (
          <p className="dim">{w.noCaption}</p>
        )}
        {Object.keys(hit.states).length > 0 && (
          <ul className="hit-states">
            {Object.entries(hit.states).map(([id, state]) => (
              <li key={id} className={state === null ? "dim" : ""}><code>{id}</code> {state === null ? w.unknown : state ? w.yes : w.no}</li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

/** Places in code points, as the server counts. */
function Marked({ text, marks }: { text: string; marks: [number, number][] }) {
  const parts: ReactNode[] = [];
  let at = 0;
  marks.forEach(([start, end], i) => {
    parts.push(sliceCodePoints(text, at, start), <mark key={i}>{sliceCodePoints(text, start, end)}</mark>);
    at = end;
  });
  return <>{parts}{text.slice(toUnits(text, at))}</>;
}

/** The picture in the clip's middle, once the row is in sight: nothing is decoded for what nobody scrolls to. */
function Thumbnail({ hit }: { hit: Hit }) {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
    });
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  const sheet = useSheet(hit.video_hash, { campaign: hit.campaign, clip: hit.video_id }, hit.start_frame, hit.end_frame, seen);
  const cell = sheet && cellOf(sheet.previews, Math.floor((hit.start_frame + hit.end_frame) / 2));
  return (
    <div ref={box} className="hit-picture" aria-hidden="true">
      {sheet && cell && (
        <div
          data-testid="search-picture"
          style={{
            width: sheet.previews.width, height: sheet.previews.height, backgroundImage: `url("${sheet.picture}")`,
            backgroundPosition: `${-cell.x}px ${-cell.y}px`,
          }}
        />
      )}
    </div>
  );
}
