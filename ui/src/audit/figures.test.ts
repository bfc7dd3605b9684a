import { expect, it } from "vitest";
import { percent, shown } from "./figures";

it("tells a figure with its interval, without where there is none, and a dash where there is no figure", () => {
  expect(shown({ value: 3.581, low: 3.449, high: 3.71, n: 129 })).toBe("3.58 [3.45, 3.71]");
  expect(shown({ value: 4, low: null, high: null, n: 1 })).toBe("4.00");
  expect(shown({ value: null, low: null, high: null, n: 0 })).toBe("–");
  expect(shown(null)).toBe("–");
  expect(percent({ value: 0.468, low: 0.38, high: 0.551, n: 129 })).toBe("47 % [38, 55]");
  expect(percent(undefined)).toBe("–");
});
