import { expect, it } from "vitest";
import { ActiveClock } from "./active";

it("counts visible time within a minute of the last input", () => {
  const clock = new ActiveClock();
  clock.note(0);
  for (let second = 1; second <= 120; second += 1) clock.look(second * 1000, second !== 5);
  expect(clock.total(120_000, true)).toBe(58);
  clock.taken(50);
  expect(clock.total(120_000, true)).toBe(8);
});

it("counts parts of a second, and nothing while the computer slept", () => {
  const clock = new ActiveClock();
  clock.note(0);
  expect(clock.total(300, true)).toBeCloseTo(0.3);
  clock.note(4_000_000);
  expect(clock.total(4_000_000, true)).toBeCloseTo(0.3);
  expect(clock.total(4_000_250, true)).toBeCloseTo(0.55);
});
