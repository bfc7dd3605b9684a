/** One audit: what I have done and what comes next; for leads the figures, the answers, and its end. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answersAddress, auditServer, type Audit } from "../api/audit";
import { FigureTables } from "../audit/FigureTables";
import { skipped } from "../audit/skipped";
import { useKeys } from "../keys/keys";
import { auditPath, navigate } from "../lib/router";
import { Banner, Key, Link, Section, Trouble, UserText } from "../parts/parts";
import { say, words } from "../words";

export function AuditPage({ audit }: { audit: string }) {
  const found = useQuery({ queryKey: ["audits", audit], queryFn: () => auditServer.one(audit) });
  if (!found.data) return <main className="plain">{found.error ? <Trouble error={found.error} /> : <p className="dim">{words.loading}</p>}</main>;
  return <One audit={found.data} />;
}

function One({ audit }: { audit: Audit }) {
  const w = words.audit;
  const client = useQueryClient();
  const [problem, setProblem] = useState<unknown>(null);
  const mayGoOn = audit.may_audit && !audit.closed && audit.left > 0;
  const next = async () => {
    if (!mayGoOn) return;
    try {
      const { number } = await auditServer.next(audit.name, skipped.of(audit.name));
      if (number !== null) navigate(auditPath(audit.name, number));
      else await client.invalidateQueries({ queryKey: ["audits"] });
    } catch (error) {
      setProblem(error);
    }
  };
  const turn = async () => {
    setProblem(null);
    await (audit.closed ? auditServer.reopen(audit.name) : auditServer.close(audit.name)).catch(setProblem);
    await client.invalidateQueries({ queryKey: ["audits"] });
  };
  useKeys({ title: w.title, bindings: [{ keys: ["N"], label: w.next, run: () => void next() }] });
  return (
    <main className="plain wide" data-testid="audit-page" data-answers={audit.answers} data-closed={String(audit.closed)}>
      <div className="queue-head">
        <h1><Link to="/audits" className="dim" testid="to-audits">{w.title}</Link> <span className="dim">/</span> {audit.name}</h1>
        <span className="dim" data-testid="audit-count">{say(w.counts, { mine: audit.mine, left: audit.left })}</span>
        {mayGoOn && <button type="button" className="primary big" onClick={() => void next()} data-testid="audit-next">{w.next} <Key name="N" /></button>}
        <span className="grow" />
        {audit.may_lead && (
          <>
            <a href={answersAddress(audit.name)} download={`${audit.name}.jsonl`} data-testid="audit-export">{w.export}</a>
            <button type="button" onClick={() => void turn()} data-testid="audit-turn">{audit.closed ? w.reopen : w.close}</button>
          </>
        )}
      </div>
      <Trouble error={problem} />
      {audit.closed && <Banner kind="warn" testid="audit-closed">{w.isClosed}</Banner>}
      {audit.note && <UserText as="p" className="pre" text={audit.note} />}
      {audit.may_lead && <Figures audit={audit} />}
      {audit.done.length > 0 && (
        <Section title={w.done} testid="audit-done">
          <table className="rows">
            <tbody>
              {audit.done.map((each) => (
                <tr key={each.number} data-testid="audit-done-row">
                  <th scope="row"><Link to={auditPath(audit.name, each.number)}>{each.number}</Link></th>
                  <td><UserText text={each.begins} /></td>
                  <td className="number">{each.overall}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      )}
    </main>
  );
}

function Figures({ audit }: { audit: Audit }) {
  const w = words.audit;
  const found = useQuery({
    queryKey: ["audit-figures", audit.name, audit.answers, audit.items], queryFn: () => auditServer.figures(audit.name), staleTime: 60_000,
  });
  if (audit.answers === 0) return <p className="dim" data-testid="no-figures">{w.noFigures}</p>;
  if (!found.data) return found.error ? <Trouble error={found.error} /> : <p className="dim">{w.counting}</p>;
  return <FigureTables figures={found.data} />;
}
