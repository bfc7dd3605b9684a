import { expect, it } from "vitest";
import { ActiveClock } from "./active";

it("counts visible seconds within a minute of the last input", () => {
  const clock = new ActiveClock();
  clock.note(0);
  for (let second = 1; second <= 120; second += 1) clock.tick(second * 1000, second !== 5);
  expect(clock.total).toBe(58);
  clock.taken(50);
  expect(clock.total).toBe(8);
});
