/** All audits; a lead brings captions in. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { auditServer, type AuditRow, type Taken } from "../api/audit";
import { auditPath } from "../lib/router";
import { Banner, Link, Section, Trouble, UserText } from "../parts/parts";
import { say, words } from "../words";

export function AuditsPage() {
  const w = words.audit;
  const found = useQuery({ queryKey: ["audits"], queryFn: auditServer.all, refetchInterval: 30_000 });
  const audits = found.data?.audits ?? [];
  return (
    <main className="plain wide" data-testid="audits-page">
      <div className="queue-head"><h1>{w.title}</h1></div>
      <Trouble error={found.error} />
      {found.data && audits.length === 0 && (
        <div className="empty">
          <h2>{w.emptyTitle}</h2>
          <p>{w.empty}</p>
        </div>
      )}
      {audits.length > 0 && (
        <div className="table-scroll">
          <table className="rows" data-testid="audits">
            <thead>
              <tr>
                <th scope="col">{w.name}</th>
                {[w.items, w.answers, w.people, w.mine, w.left].map((each) => <th key={each} scope="col" className="number">{each}</th>)}
                <th scope="col">{w.state}</th>
              </tr>
            </thead>
            <tbody>{audits.map((row) => <Row key={row.name} row={row} />)}</tbody>
          </table>
        </div>
      )}
      {found.data?.may_lead && <Import />}
    </main>
  );
}

function Row({ row }: { row: AuditRow }) {
  const w = words.audit;
  return (
    <tr data-testid="audit-row">
      <th scope="row"><Link to={auditPath(row.name)} testid={`open-${row.name}`}>{row.name}</Link></th>
      {[row.items, row.answers, row.people, row.mine, row.left].map((each, i) => <td key={i} className="number">{each}</td>)}
      <td>{row.closed ? w.closed : w.open}</td>
    </tr>
  );
}

function Import() {
  const w = words.audit;
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [people, setPeople] = useState("1");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [taken, setTaken] = useState<Taken | null>(null);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!file || busy) return;
    setBusy(true);
    setProblem(null);
    setTaken(null);
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
      const known = (await auditServer.all()).audits.some((each) => each.name === name);
      setTaken(await auditServer.take(name, { file_name: file.name, text, ...(known ? {} : { people: Number(people), note }) }));
      await client.invalidateQueries({ queryKey: ["audits"] });
    } catch (error) {
      setProblem(error instanceof TypeError ? new Error(w.noUtf8) : error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title={w.import} testid="audit-import">
      <form className="audit-import" onSubmit={(event) => void send(event)}>
        <label>{w.table} <input type="file" accept=".csv,.tsv,.jsonl" required onChange={(event) => setFile(event.target.files?.[0] ?? null)} data-testid="import-file" /></label>
        <label>{w.name} <input value={name} required pattern="[A-Za-z0-9._\-]{1,100}" onChange={(event) => setName(event.target.value)} data-testid="import-name" /></label>
        <label>{w.people} <input type="number" min={1} max={1000} value={people} required onChange={(event) => setPeople(event.target.value)} data-testid="import-people" /></label>
        <label className="wide">{w.noteLabel} <input value={note} dir="auto" onChange={(event) => setNote(event.target.value)} data-testid="import-note" /></label>
        <button type="submit" className="primary" disabled={busy || !file} data-testid="import-send">{w.importSend}</button>
      </form>
      <p className="dim">{w.importHint}</p>
      <Trouble error={problem} />
      {taken && (
        <Banner kind={taken.bad.length ? "warn" : "note"} testid="import-taken">
          <div>
            <strong>{say(w.taken, { new: taken.new, known: taken.known, name: taken.audit.name })}</strong>
            {taken.bad.length > 0 && <p>{say(w.bad, { count: taken.bad.length })}</p>}
            <ul>{taken.bad.slice(0, 20).map((each) => <li key={each.row}><UserText text={`${each.row}: ${each.why}`} /></li>)}</ul>
            {taken.ratings_left_out > 0 && <p>{say(w.ratingsLeftOut, { count: taken.ratings_left_out })}</p>}
            {taken.films_left_out > 0 && <p>{say(w.filmsLeftOut, { count: taken.films_left_out })}</p>}
            {taken.unknown_columns.length > 0 && <p className="dim">{say(w.unknown, { columns: taken.unknown_columns.join(", ") })}</p>}
          </div>
        </Banner>
      )}
    </Section>
  );
}
