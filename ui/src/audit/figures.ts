/** Figures as people read them. */
import type { Estimate } from "../api/audit";

/** "3.58 [3.45, 3.71]"; a dash where there is none. */
export function shown(figure: Estimate | null | undefined, digits = 2): string {
  if (!figure || figure.value === null) return "–";
  const { value, low, high } = figure;
  return low === null || high === null ? value.toFixed(digits) : `${value.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}

/** "47 % [38, 55]" of a share between 0 and 1. */
export function percent(figure: Estimate | null | undefined): string {
  if (!figure || figure.value === null) return "–";
  const { value, low, high } = figure;
  const whole = (share: number) => String(Math.round(100 * share));
  return low === null || high === null ? `${whole(value)} %` : `${whole(value)} % [${whole(low)}, ${whole(high)}]`;
}
