/** Items that were put off: they come last as long as this window is open. */
const numbers = new Map<string, number[]>();

export const skipped = {
  of: (audit: string): number[] => numbers.get(audit) ?? [],
  add: (audit: string, number: number): void => void numbers.set(audit, [...skipped.of(audit).filter((each) => each !== number), number]),
  drop: (audit: string, number: number): void => void numbers.set(audit, skipped.of(audit).filter((each) => each !== number)),
};
