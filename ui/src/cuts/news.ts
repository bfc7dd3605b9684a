/** How long the page waits before it asks for news. */
import type { Cuts } from "../api/cuts";

/** While the detector is at it. */
const RUNNING_MS = 1_000;
/** While others edit too: somebody did within LATELY_S. */
const BUSY_MS = 2_500;
const LATELY_S = 60;
export const QUIET_MS = 15_000;

export function pollAfter({ detection, acts }: Pick<Cuts, "detection" | "acts">, me: string): number {
  if (detection.state === "running" || detection.state === "waiting") return RUNNING_MS;
  return acts.some((act) => act.by !== me && act.ago_s < LATELY_S) ? BUSY_MS : QUIET_MS;
}
