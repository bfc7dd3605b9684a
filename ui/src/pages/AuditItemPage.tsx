/** One caption of others: the film if there is one, the caption whose words are marked, six ratings, a critique. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { FAILURES, RATED, auditServer, type AuditItem, type Failure, type Rated } from "../api/audit";
import { ServerError } from "../api/client";
import type { ClipInfo, Person, SavedScratch, Scratch } from "../api/server";
import { skipped } from "../audit/skipped";
import { behind, isWhole, nameOf, nextOpen, revived, toggled, type Auditing } from "../audit/work";
import { leaveField, useKeys } from "../keys/keys";
import { ActiveClock } from "../lib/active";
import type { Span } from "../lib/codepoints";
import { auditPath, navigate } from "../lib/router";
import { notify } from "../parts/notices";
import { Banner, Key, Link, Section, Trouble, UserText } from "../parts/parts";
import { Player } from "../player/Player";
import { usePlayer } from "../player/use-player";
import { MarkedText } from "../task/MarkedText";
import { deliver } from "../task/outbox";
import { SaveState, ScratchConflict } from "../task/Shell";
import { useOpenScratch } from "../task/use-scratch";
import { say, words } from "../words";

const queryKey = (audit: string, number: number) => ["audit-item", audit, number];

export function AuditItemPage({ audit, number, me }: { audit: string; number: number; me: Person }) {
  const found = useQuery({ queryKey: queryKey(audit, number), queryFn: () => auditServer.item(audit, number), refetchOnWindowFocus: false });
  if (!found.data) return <main className="plain">{found.error ? <Trouble error={found.error} /> : <p className="dim">{words.loading}</p>}</main>;
  return <Item item={found.data} me={me} again={() => void found.refetch()} />;
}

function useItemScratch(item: AuditItem, me: Person) {
  const client = useQueryClient();
  const { audit, number } = item;
  const save = useCallback((revision: number, body: Scratch) => auditServer.saveScratch(audit, number, revision, body), [audit, number]);
  const revive = useCallback((kept: Scratch) => revived(item, kept), [item]);
  const cleared = useCallback(
    (scratch: SavedScratch) => client.setQueryData<AuditItem>(queryKey(audit, number), (known) => known && { ...known, scratch }),
    [client, audit, number],
  );
  return useOpenScratch<Auditing>(`${me.id}:audit/${audit}/${number}`, save, item.scratch, revive, cleared);
}

function Item({ item, me, again }: { item: AuditItem; me: Person; again: () => void }) {
  const w = words.audit;
  const client = useQueryClient();
  const scratch = useItemScratch(item, me);
  const { value: work, update } = scratch;
  const [clock] = useState(() => new ActiveClock());
  useEffect(() => clock.start(), [clock]);
  const clip = useMemo<ClipInfo | undefined>(
    () => item.film ? { id: "film", video_hash: item.film.hash, source_id: item.film.hash, frames: item.film.frames, start_frame: 0, end_frame: item.film.frames } : undefined,
    [item.film],
  );
  const { engine, problem } = usePlayer(clip, clock);
  const [at, setAt] = useState<Rated>(() => nextOpen(work.ratings, "camera") ?? "overall");
  const [chosen, setChosen] = useState<Span | null>(null);
  const [hovered, setHovered] = useState<string | null>(null);
  const [hint, setHint] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [resending, setResending] = useState(false);
  const [trouble, setTrouble] = useState<unknown>(null);
  const critique = useRef<HTMLTextAreaElement>(null);
  const caption = useRef<HTMLDivElement>(null);
  const mine = item.may_audit && !item.closed;

  const put = (change: Partial<Auditing>) => {
    setHint(null);
    if (mine) update(change);
  };
  const rate = (name: Rated, value: number) => {
    const ratings = { ...work.ratings, [name]: value };
    put({ ratings });
    setAt(nextOpen(ratings, name) ?? name);
  };
  const mark = (failure: Failure, span: Span | null = chosen) => {
    if (!span) return setHint(w.chooseWords);
    put({ spans: toggled(work.spans, span, failure) });
    setChosen(null);
    window.getSelection()?.removeAllRanges();
  };
  const walk = (by: number) => setAt(RATED[Math.max(0, Math.min(RATED.length - 1, RATED.indexOf(at) + by))]!);
  const digit = (number: number) => {
    if (!mine) return;
    const failure = FAILURES[number - 1];
    if (chosen && failure) mark(failure);
    else if (!chosen && number <= 5) rate(at, number);
  };
  const goOn = async () => {
    await client.invalidateQueries({ queryKey: ["audits"] });
    const { number } = await auditServer.next(item.audit, skipped.of(item.audit)).catch(() => ({ number: null }));
    if (number === null) notify(w.noneLeft);
    navigate(number === null ? auditPath(item.audit) : auditPath(item.audit, number));
  };
  const skip = () => {
    skipped.add(item.audit, item.number);
    void goOn();
  };
  const send = async () => {
    if (!mine || busy) return;
    if (chosen) return setHint(w.nameOrDrop);
    if (!isWhole(work.ratings)) {
      setAt(nextOpen(work.ratings, "camera") ?? at);
      return setHint(say(w.rateFirst, { names: RATED.filter((name) => work.ratings[name] === undefined).map((name) => w.rated[name]).join(", ") }));
    }
    setBusy(true);
    setTrouble(null);
    const place = `audit/${item.audit}/${item.number}`;
    const body = { ratings: work.ratings, spans: work.spans, critique: work.critique, seen: item.seen };
    try {
      const after = await deliver({
        person: me.id, place, verb: "answer", body, clock,
        send: (work) => auditServer.say(item.audit, item.number, { ...body, ...work }),
        onAgain: () => setResending(true),
      });
      client.setQueryData(queryKey(item.audit, item.number), after);
      await scratch.clear(); // after it, so that the page knows the scratch's new revision when it comes back
      skipped.drop(item.audit, item.number);
      notify(item.seen ? w.amended : w.kept);
      await goOn();
    } catch (error) {
      setTrouble(error);
      if (error instanceof ServerError && (error.kind === "StaleVersion" || error.kind === "NotYourTurn")) again();
    } finally {
      setBusy(false);
      setResending(false);
    }
  };

  useKeys({
    title: w.keysTitle,
    bindings: [
      ...[1, 2, 3, 4, 5, 6].map((number) => ({ keys: [String(number)], label: w.digits, hidden: number !== 1, run: () => digit(number) })),
      { keys: ["]"], label: w.nextRating, run: () => walk(1) },
      { keys: ["["], label: w.previousRating, run: () => walk(-1) },
      { keys: ["S"], label: w.wordsKey, run: () => caption.current?.querySelector<HTMLElement>("[data-testid=draft]")?.focus() },
      { keys: ["A"], label: w.missingKey, run: () => mark("missing_information", behind(item.caption)) },
      { keys: ["Backspace"], label: w.unmarkKey, run: () => put({ spans: work.spans.slice(0, -1) }) },
      { keys: ["W"], label: w.critiqueKey, run: () => critique.current?.focus() },
      { keys: ["Ctrl+Enter"], label: w.send, inText: true, run: () => void send() },
      {
        keys: ["Escape"], label: w.escape, inText: true,
        run: () => {
          setChosen(null);
          leaveField();
        },
      },
    ],
  });

  const marks = work.spans.map((each) => ({ ...each, id: nameOf(each), kind: each.failure }));
  return (
    <main className="task" data-testid="audit-item-page" data-number={item.number} data-seen={item.seen}>
      <div className="task-head">
        <h1>
          <Link to={auditPath(item.audit)} className="dim" testid="to-audit">{w.title}</Link>
          <span className="dim"> /</span> {item.audit} <span className="dim">/</span> <strong>{item.number}</strong>
        </h1>
        <span className="dim" data-testid="audit-count">{say(w.counts, { mine: item.mine, left: item.left })}</span>
        {item.name && <UserText className="dim" text={item.name} />}
        <span className="grow" />
        {mine && <SaveState state={scratch.state} keeper={scratch.keeper} />}
      </div>
      <div className="columns">
        <div className="left">
          {item.film ? (
            <Player engine={engine} hash={item.film.hash} ranges={[]} problem={problem ? <Trouble error={problem} /> : undefined} />
          ) : (
            <Banner testid="no-film">{w.noFilm}</Banner>
          )}
          <div className="under-player">
            {item.note && <UserText as="p" className="pre" text={item.note} testid="audit-note" />}
            <p className="dim">{item.aspects.length ? say(w.promises, { aspects: item.aspects.join(", ") }) : w.promisesAll}</p>
            <p className="dim">{w.ratingHint}</p>
          </div>
        </div>
        <div className="right">
          <div className="right-scroll">
            {item.closed && <Banner kind="warn" testid="audit-closed">{w.isClosed}</Banner>}
            {item.seen > 0 && !item.closed && <Banner testid="audit-again">{w.again}</Banner>}
            <Trouble error={trouble}>
              <button type="button" className="text-button" onClick={() => setTrouble(null)}>{words.task.dismiss}</button>
            </Trouble>
            {resending && <Banner kind="warn" testid="resending">{words.task.resending}</Banner>}
            <ScratchConflict state={scratch.state} keeper={scratch.keeper} />
            <Section title={w.caption} testid="audit-caption" aside={mine && <span className="hint">{w.selectHint}</span>}>
              <div ref={caption}>
                <MarkedText
                  text={item.caption} points={marks} active={hovered} onHover={setHovered} label={w.captionLabel}
                  onSelect={mine ? setChosen : undefined}
                />
              </div>
            </Section>
            {mine && <Kinds chosen={chosen} onMark={mark} onMissing={() => mark("missing_information", behind(item.caption))} onDrop={() => setChosen(null)} />}
            {marks.length > 0 && (
              <ol className="audit-marks" data-testid="audit-marks">
                {marks.map((each, i) => (
                  <li key={each.id} data-testid="audit-mark" data-failure={each.failure} onMouseEnter={() => setHovered(each.id)} onMouseLeave={() => setHovered(null)}>
                    <span className="point-number">{i + 1}</span> <strong>{w.failures[each.failure]}</strong>{" "}
                    {each.words ? <UserText className="quote" text={each.words} /> : <span className="dim">{w.nowhere}</span>}
                    <span className="grow" />
                    {mine && (
                      <button type="button" className="text-button" onClick={() => put({ spans: toggled(work.spans, each, each.failure) })} data-testid="unmark">
                        {w.unmark}
                      </button>
                    )}
                  </li>
                ))}
              </ol>
            )}
            <Section title={w.ratings} testid="audit-ratings">
              {RATED.map((name) => (
                <div key={name} className={name === at && mine ? "audit-rating here" : "audit-rating"} role="group" aria-label={w.rated[name]} data-testid={`rated-${name}`} data-value={work.ratings[name] ?? ""}>
                  <span className="audit-rated">{w.rated[name]}</span>
                  {[1, 2, 3, 4, 5].map((value) => (
                    <button
                      key={value} type="button" aria-pressed={work.ratings[name] === value} className={work.ratings[name] === value ? "rate on" : "rate"}
                      disabled={!mine} title={w.scale[value - 1]} onMouseDown={(event) => event.preventDefault()} onClick={() => rate(name, value)}
                      data-testid={`rate-${name}-${value}`}
                    >
                      {value}
                    </button>
                  ))}
                </div>
              ))}
            </Section>
            <Section title={w.critique} testid="audit-critique-section">
              <textarea
                ref={critique} className="caption-field" dir="auto" value={work.critique} readOnly={!mine} aria-label={w.critique} data-testid="audit-critique"
                placeholder={w.critiqueHint} onChange={(event) => put({ critique: event.target.value })}
              />
            </Section>
          </div>
          {mine && (
            <div className="footer">
              <span className="footer-hint" role="status" data-testid="audit-hint">{hint}</span>
              <span className="grow" />
              <button type="button" onClick={skip} data-testid="audit-skip">{w.skip}</button>
              <button type="button" className="primary" onClick={() => void send()} disabled={busy} data-testid="audit-send">
                {w.send} <Key name="Ctrl+Enter" />
              </button>
            </div>
          )}
        </div>
      </div>
    </main>
  );
}

/** What may be wrong with the chosen words; without any the buttons wait. */
function Kinds({ chosen, onMark, onMissing, onDrop }: { chosen: Span | null; onMark: (failure: Failure) => void; onMissing: () => void; onDrop: () => void }) {
  const w = words.audit;
  return (
    <div className={chosen ? "audit-kinds on" : "audit-kinds"} role="group" aria-label={w.kinds} data-testid="audit-kinds">
      {chosen && <UserText className="quote" text={chosen.words} testid="audit-chosen" />}
      {FAILURES.map((failure, i) => (
        <button
          key={failure} type="button" disabled={!chosen} onMouseDown={(event) => event.preventDefault()} onClick={() => onMark(failure)} data-testid={`mark-${failure}`}
        >
          {w.failures[failure]} {chosen && <Key name={String(i + 1)} />}
        </button>
      ))}
      {chosen ? (
        <button type="button" className="text-button" onClick={onDrop} data-testid="mark-drop">{w.drop} <Key name="Escape" /></button>
      ) : (
        <button type="button" onClick={onMissing} data-testid="mark-missing">{w.missing} <Key name="A" /></button>
      )}
    </div>
  );
}
