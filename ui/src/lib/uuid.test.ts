import { afterEach, expect, it, vi } from "vitest";
import { uuid } from "./uuid";

afterEach(() => vi.unstubAllGlobals());

it("makes keys on plain http too, where crypto.randomUUID is missing", () => {
  const { getRandomValues } = globalThis.crypto;
  vi.stubGlobal("crypto", { getRandomValues: getRandomValues.bind(globalThis.crypto) });
  const keys = Array.from({ length: 50 }, uuid);
  expect(new Set(keys).size).toBe(50);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
