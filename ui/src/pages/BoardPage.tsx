/** How far each campaign is: aspects by status, as counts and as slim bars. */
import { useQuery } from "@tanstack/react-query";
import { server, type BoardRow, type Status } from "../api/server";
import { setQuery, useQuery as useAddress } from "../lib/router";
import { Trouble } from "../parts/parts";
import { say, words } from "../words";

const STATUSES: Status[] = ["blocked", "to_label", "to_draft", "to_caption", "to_review", "to_correct", "settled", "withdrawn"];

export function BoardPage() {
  const w = words.board;
  const campaign = useAddress().get("campaign") ?? undefined;
  const campaigns = useQuery({ queryKey: ["campaigns"], queryFn: server.campaigns }).data?.campaigns ?? [];
  const board = useQuery({ queryKey: ["board", campaign], queryFn: () => server.board(campaign), refetchInterval: 10_000 });
  const rows = board.data?.rows ?? [];
  const names = [...new Set(rows.map((row) => row.campaign))];
  return (
    <main className="plain wide" data-testid="board-page">
      <div className="queue-head">
        <h1>{w.title}</h1>
        <label className="inline">
          <span className="dim">{words.queue.campaign}</span>
          <select value={campaign ?? ""} onChange={(event) => setQuery({ campaign: event.target.value || null })}>
            <option value="">{words.queue.allCampaigns}</option>
            {campaigns.map((each) => <option key={each.name} value={each.name}>{each.name}</option>)}
          </select>
        </label>
      </div>
      <Trouble error={board.error} />
      {board.data && rows.length === 0 && (
        <div className="empty">
          <h2>{w.emptyTitle}</h2>
          <p>{w.empty}</p>
        </div>
      )}
      <div className="table-scroll">
        {names.map((name) => (
          <table key={name} className="rows board" data-testid="board">
            <caption>{name}</caption>
            <thead>
              <tr>
                <th scope="col">{words.queue.aspect}</th>
                {STATUSES.map((status) => <th key={status} scope="col" className="number">{words.status[status]}</th>)}
                <th scope="col" className="number">{w.total}</th>
                <th scope="col">{w.progress}</th>
              </tr>
            </thead>
            <tbody>
              {rows.filter((row) => row.campaign === name).map((row) => <AspectRow key={row.aspect} row={row} />)}
            </tbody>
          </table>
        ))}
      </div>
    </main>
  );
}

function AspectRow({ row }: { row: BoardRow }) {
  const total = STATUSES.reduce((sum, status) => sum + (row.counts[status] ?? 0), 0);
  const settled = row.counts["settled"] ?? 0;
  return (
    <tr>
      <th scope="row">{row.aspect}</th>
      {STATUSES.map((status) => {
        const count = row.counts[status] ?? 0;
        return <td key={status} className={count ? "number" : "number dim"}>{count || "·"}</td>;
      })}
      <td className="number">{total}</td>
      <td>
        <div className="meter" role="img" aria-label={say(words.board.settledOf, { settled, total })}>
          {STATUSES.filter((status) => row.counts[status]).map((status) => (
            <div key={status} className={`meter-part ${status}`} style={{ flexGrow: row.counts[status] }} title={`${words.status[status]}: ${row.counts[status]}`} />
          ))}
        </div>
      </td>
    </tr>
  );
}
