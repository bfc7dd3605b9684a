/** The figures of an audit as tables: what people say, how far they agree, what is wrong, and what the machine counts. */
import { RATED, type Estimate, type Figures, type Rated, type Scope } from "../api/audit";
import { Section, UserText } from "../parts/parts";
import { say, words } from "../words";
import { percent, shown } from "./figures";

export function FigureTables({ figures }: { figures: Figures }) {
  const w = words.audit;
  const scopes: [string, Scope][] = [...Object.entries(figures.per_dataset), [w.pooled, figures.pooled]];
  const shared = RATED.filter((name) => figures.agreement[name]);
  const failures = Object.keys(figures.pooled.failures);
  return (
    <div className="audit-figures" data-testid="audit-figures">
      <Table title={w.means} testid="audit-means" columns={[w.items, ...RATED.map((name) => w.rated[name])]}
        rows={scopes.map(([name, of]) => [name, [String(of.complete), ...means(of)]])} />
      <p className="dim">{w.meansHint}</p>
      <Table title={w.auditors} testid="audit-auditors" columns={[w.answers, ...RATED.map((name) => w.rated[name]), w.above]}
        rows={Object.entries(figures.auditors).map(([name, of]) => [name, [String(of.answers), ...means(of), shown(of.above_others.overall)]])} />
      {figures.agreement.items > 0 ? (
        <Table title={say(w.agreement, { count: figures.agreement.items })} testid="audit-agreement" columns={[w.alpha, w.equal, w.withinOne]}
          rows={shared.map((name) => {
            const of = figures.agreement[name]!;
            return [w.rated[name], [shown(of.alpha), percent(of.equal), percent(of.within_one)]];
          })} />
      ) : <p className="dim" data-testid="no-agreement">{w.noAgreement}</p>}
      <Table title={w.failureTable} testid="audit-failures" columns={failures.map((kind) => w.failures[kind as keyof typeof w.failures] ?? kind)}
        rows={scopes.map(([name, of]) => [name, failures.map((kind) => {
          const found = of.failures[kind];
          return found ? `${found.spans} · ${percent(found.items)}` : "–";
        })])} />
      <Automatic figures={figures} />
    </div>
  );
}

const means = (of: Record<Rated, Estimate | null>) => RATED.map((name) => shown(of[name]));

function Automatic({ figures }: { figures: Figures }) {
  const w = words.audit;
  const names = Object.keys(figures.claims.per_dataset);
  const rows = [...names.map((name) => [name, figures.lint.per_dataset[name], figures.claims.per_dataset[name]] as const),
    [w.pooled, figures.lint.pooled, figures.claims.pooled] as const];
  return (
    <>
      <Table title={w.automatic} testid="audit-automatic" columns={[w.words, w.findings, w.clean, w.claims, w.anySpatial, w.anyCamera]}
        rows={rows.map(([name, lint, claims]) => [name, [
          shown(claims?.words, 0), shown(lint?.per_100_words), percent(lint?.clean), shown(claims?.["all"]?.per_caption),
          percent(claims?.["spatial"]?.any), percent(claims?.["camera"]?.any),
        ]])} />
      <Table title={w.correlation} testid="audit-correlation" columns={[w.rating, w.overSets, w.insideSets]}
        rows={figures.correlation.map((each) => [
          w.counted[each.automatic as keyof typeof w.counted] ?? each.automatic,
          [w.rated[each.rating], shown(each), shown(each.within)],
        ])} />
      <p className="dim">{w.automaticHint}</p>
    </>
  );
}

function Table({ title, testid, columns, rows }: { title: string; testid: string; columns: string[]; rows: (readonly [string, string[]])[] }) {
  return (
    <Section title={title} testid={testid}>
      <div className="table-scroll">
        <table className="rows">
          <thead>
            <tr><th scope="col" />{columns.map((each) => <th key={each} scope="col" className="number">{each}</th>)}</tr>
          </thead>
          <tbody>
            {rows.map(([name, cells], row) => (
              <tr key={row}>
                <th scope="row"><UserText text={name} /></th>
                {cells.map((cell, i) => <td key={i} className="number tabular">{cell}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
