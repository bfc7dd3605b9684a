/** What an edit would do: what is wrong with it, how its examples come out, and how label records would read. */
import type { Fault, Trial } from "../api/language";
import { Trouble } from "../parts/parts";
import { say, words } from "../words";
import type { Checked } from "./use-trial";

const SHOWN = 8;

export function TrialPanel({ checked, titleOf }: { checked: Checked; titleOf: (id: string) => string }) {
  const w = words.language.check;
  const { trial, checking, problem } = checked;
  const here = trial?.problems.filter((each) => each.here) ?? [];
  const elsewhere = trial?.problems.filter((each) => !each.here) ?? [];
  return (
    <section className="section trial" aria-label={w.title} aria-busy={checking} data-testid="trial" data-checking={checking}>
      <header>
        <h2>{w.title}</h2>
        <span className="dim small-text" role="status">{checking ? w.checking : ""}</span>
      </header>
      <Trouble error={problem} />
      {trial && (
        <div className={checking ? "trial-found old" : "trial-found"}>
          {here.length === 0 && <p className="good" data-testid="trial-good">{w.good}</p>}
          {here.map((each) => <Problem key={`${each.id}${each.rule}`} fault={each} titleOf={titleOf} />)}
          {elsewhere.length > 0 && (
            <details>
              <summary>{say(w.elsewhere, { count: elsewhere.length })}</summary>
              {elsewhere.map((each) => <Problem key={`${each.id}${each.rule}`} fault={each} titleOf={titleOf} />)}
            </details>
          )}
          <Effect trial={trial} titleOf={titleOf} />
          <Outcomes outcomes={trial.outcomes} />
        </div>
      )}
    </section>
  );
}

export function Problem({ fault, titleOf }: { fault: Fault; titleOf: (id: string) => string }) {
  return (
    <p className="violation" role="alert" data-testid="trial-problem">
      {fault.id && <span className="tag">{titleOf(fault.id)}</span>} <strong>{fault.rule}</strong> {fault.mend}
    </p>
  );
}

function Effect({ trial, titleOf }: { trial: Trial; titleOf: (id: string) => string }) {
  const w = words.language.check;
  const others = trial.primitives.length;
  return (
    <div data-testid="trial-effect">
      <h3>{w.effect}</h3>
      <p>
        {trial.bump === "none" ? w.nothing : say(w.bump, { bump: words.language.bumps[trial.bump as "patch"] })}{" "}
        {others > 0 && say(w.primitives, { count: others })}
      </p>
      <p>{say(trial.records ? w.records : trial.labels ? w.noRecords : w.noLabels, { count: trial.records, all: trial.labels })}</p>
      <States states={trial.states} titleOf={titleOf} />
    </div>
  );
}

export function States({ states, titleOf }: { states: Record<string, Record<string, number>>; titleOf: (id: string) => string }) {
  const w = words.language;
  const rows = Object.entries(states);
  if (rows.length === 0) return null;
  const told = (move: string) => move.split(" -> ").map((state) => (w.states as Record<string, string>)[state] ?? state).join(" → ");
  const row = ([id, moves]: [string, Record<string, number>]) => (
    <tr key={id} data-testid="trial-state">
      <th scope="row">{titleOf(id)}</th>
      <td>{Object.entries(moves).map(([move, count]) => <span key={move} className="move">{told(move)}: <strong>{count}</strong></span>)}</td>
    </tr>
  );
  return (
    <>
      <table className="rows states"><tbody>{rows.slice(0, SHOWN).map(row)}</tbody></table>
      {rows.length > SHOWN && (
        <details>
          <summary>{say(w.check.more, { count: rows.length - SHOWN })}</summary>
          <table className="rows states"><tbody>{rows.slice(SHOWN).map(row)}</tbody></table>
        </details>
      )}
    </>
  );
}

export function Outcomes({ outcomes }: { outcomes: Trial["outcomes"] }) {
  const w = words.language;
  if (outcomes.length === 0) return null;
  return (
    <div>
      <h3>{w.check.examples}</h3>
      <ul className="outcomes">
        {outcomes.map((each, i) => {
          const right = each.expected === each.state;
          const stated = w.states[each.state as "yes"];
          return (
            <li key={i} className={right ? "" : "wrong"} data-testid="outcome" data-right={right}>
              <span className={right ? "tag" : "tag warn"}>{right ? stated : say(w.check.instead, { state: stated, expected: w.states[each.expected as "yes"] })}</span> {each.record}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
