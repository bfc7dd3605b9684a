/** What I may do now. The main action takes the next task; the list is for looking and choosing. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { server, type Person, type Stage, type TaskRow } from "../api/server";
import { useKeys } from "../keys/keys";
import { navigate, setQuery, taskPath, useQuery as useAddress } from "../lib/router";
import { Key, Link, Trouble, UserText } from "../parts/parts";
import { say, words } from "../words";

const STAGES: Stage[] = ["label", "caption", "review", "correct"];
const FIRST: Stage[] = ["correct", "review", "caption", "label"];
const PAGE = 50;

export function QueuePage({ me }: { me: Person }) {
  const w = words.queue;
  const address = useAddress();
  const chosen = STAGES.find((each) => each === address.get("stage"));
  const everything = address.get("stage") === "all";
  const campaign = address.get("campaign") ?? undefined;
  const aspect = address.get("aspect") ?? undefined;
  const after = address.get("after") ?? undefined;
  const campaigns = useQuery({ queryKey: ["campaigns"], queryFn: server.campaigns }).data?.campaigns ?? [];
  // Without a choice the list shows what finishes a caption soonest.
  const counts = useQuery({ queryKey: ["queue", "open", campaign], queryFn: () => server.queue({ campaign, limit: 1 }), refetchInterval: 30_000 });
  const open = counts.data?.open;
  const stage = everything ? undefined : (chosen ?? FIRST.find((each) => (open?.[each] ?? 0) > 0));
  const queue = useQuery({
    queryKey: ["queue", campaign, stage, aspect, after],
    queryFn: () => server.queue({ campaign, stage, aspect, after, limit: PAGE }),
    enabled: everything || stage !== undefined || counts.isSuccess,
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  const rows = queue.data?.rows ?? [];
  const [at, setAt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [why, setWhy] = useState<string | null>(null);
  const list = useRef<HTMLTableSectionElement>(null);
  const current = Math.min(at, Math.max(0, rows.length - 1));

  useEffect(() => {
    list.current?.children[current]?.scrollIntoView({ block: "nearest" });
  }, [current]);

  const takeNext = async () => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    setWhy(null);
    try {
      const { lease, why: reason } = await server.claimNext({
        ...(campaign ? { campaign } : {}), ...(chosen && chosen !== "draft" ? { stage: chosen } : {}), ...(aspect ? { aspect } : {}),
      });
      if (lease) navigate(taskPath(lease.task, lease.stage));
      else setWhy(reason ?? w.nothingNow);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const openRow = async (row: TaskRow) => {
    setProblem(null);
    try {
      if (row.may_claim && row.stage && !row.mine) await server.claim(row);
      navigate(taskPath(row, row.stage));
    } catch (error) {
      setProblem(error);
      void queue.refetch();
    }
  };
  const filter = (change: Record<string, string | null>) => {
    setAt(0);
    setQuery({ after: null, ...change });
  };

  useKeys({
    title: w.keysTitle,
    bindings: [
      { keys: ["N"], label: w.next, run: () => void takeNext() },
      { keys: ["ArrowDown"], label: w.down, run: () => setAt(Math.min(rows.length - 1, current + 1)) },
      { keys: ["ArrowUp"], label: w.up, run: () => setAt(Math.max(0, current - 1)) },
      { keys: ["Enter"], label: w.open, run: () => rows[current] && void openRow(rows[current]) },
    ],
  });

  return (
    <main className="plain wide" data-testid="queue-page">
      <div className="queue-head">
        <div className="segments" role="group" aria-label={w.stage}>
          {STAGES.filter((each) => !open || each in open || each === stage).map((each) => (
            <button
              key={each} type="button" aria-pressed={stage === each} className={stage === each ? "segment on" : "segment"} data-testid={`stage-${each}`}
              onClick={() => filter({ stage: each })}
            >
              {words.stages[each]} <span className="count">{open?.[each] ?? 0}</span>
            </button>
          ))}
          <button
            type="button" aria-pressed={everything} className={everything ? "segment on" : "segment"} data-testid="stage-all"
            onClick={() => filter({ stage: "all" })}
          >
            {w.allTasks}
          </button>
        </div>
        <label className="inline">
          <span className="dim">{w.campaign}</span>
          <select value={campaign ?? ""} onChange={(event) => filter({ campaign: event.target.value || null })} data-testid="campaign-filter">
            <option value="">{w.allCampaigns}</option>
            {campaigns.map((each) => <option key={each.name} value={each.name}>{each.name}</option>)}
          </select>
        </label>
        <label className="inline">
          <span className="dim">{w.aspect}</span>
          <select value={aspect ?? ""} onChange={(event) => filter({ aspect: event.target.value || null })} data-testid="aspect-filter">
            <option value="">{w.allAspects}</option>
            {[...new Set(["labels", ...campaigns.flatMap((each) => each.aspects)])].map((each) => <option key={each} value={each}>{each}</option>)}
          </select>
        </label>
        <span className="grow" />
        <button type="button" className="primary big" onClick={() => void takeNext()} disabled={busy} data-testid="take-next">
          {w.takeNext} <Key name="N" />
        </button>
      </div>
      <Trouble error={problem ?? queue.error} />
      {why && <div className="banner note" role="status" data-testid="claim-why">{why}</div>}
      {queue.data && rows.length === 0 ? (
        <div className="empty" data-testid="queue-empty">
          <h2>{w.emptyTitle}</h2>
          <p>{chosen || campaign || aspect ? w.emptyFiltered : say(w.empty, { name: me.name })}</p>
          {(chosen || campaign || aspect) && <button type="button" onClick={() => filter({ stage: null, campaign: null, aspect: null })}>{w.showAll}</button>}
          <Link to="/board">{w.lookAtBoard}</Link>
        </div>
      ) : (
        <div className="table-scroll">
          <table className="rows" data-testid="queue">
            <thead>
              <tr>
                <th scope="col">{w.clip}</th>
                <th scope="col">{w.aspect}</th>
                <th scope="col">{w.stage}</th>
                <th scope="col">{w.status}</th>
                <th scope="col">{w.notes}</th>
                <th scope="col" className="number">{w.rating}</th>
                <th scope="col">{w.campaign}</th>
              </tr>
            </thead>
            <tbody ref={list}>
              {rows.map((row, i) => (
                <tr
                  key={`${row.campaign}/${row.clip}/${row.aspect}`} className={i === current ? "current" : ""} aria-selected={i === current}
                  onClick={() => setAt(i)} onDoubleClick={() => void openRow(row)} data-testid="queue-row"
                >
                  <td>
                    <a
                      href={taskPath(row, row.stage)} tabIndex={i === current ? 0 : -1}
                      onClick={(event) => {
                        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                        event.preventDefault();
                        void openRow(row);
                      }}
                    >
                      <UserText text={row.clip} />
                    </a>
                  </td>
                  <td>{row.aspect}</td>
                  <td>{row.stage ? words.stages[row.stage] : <span className="dim">–</span>}</td>
                  <td>{words.status[row.status]}</td>
                  <td>
                    <div className="notes">
                    {row.mine && <span className="tag accent">{w.mine}</span>}
                    {row.held && !row.mine && <span className="tag">{w.held}</span>}
                    {row.stale.length > 0 && <span className="tag warn">{say(w.stale, { aspects: row.stale.join(", ") })}</span>}
                    {row.waiting_for.length > 0 && <span className="dim">{say(w.waiting, { aspects: row.waiting_for.join(", ") })}</span>}
                    {row.mode !== "critique" && row.aspect !== "labels" && <span className="dim">{words.modes[row.mode]}</span>}
                    {row.why_not && !row.may_claim && !row.held && row.waiting_for.length === 0 && row.stage && row.stage !== "draft" && <span className="dim">{say(w.notForMe, { why: row.why_not })}</span>}
                    </div>
                  </td>
                  <td className="number">{row.rating ?? ""}</td>
                  <td className="dim">{row.campaign}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="pager">
        {after && <button type="button" onClick={() => filter({})}>{w.firstPage}</button>}
        {queue.data?.next && <button type="button" onClick={() => filter({ after: queue.data?.next ?? null })} data-testid="next-page">{w.nextPage}</button>}
      </div>
    </main>
  );
}
