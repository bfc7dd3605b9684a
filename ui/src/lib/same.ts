/** Whether two values of JSON say the same: keys in any order, lists in theirs. A key without a value counts as none. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    return Array.isArray(one) && Array.isArray(other) && one.length === other.length && one.every((each, i) => same(each, other[i]));
  }
  const left = told(one);
  const right = told(other);
  return left.size === right.size && [...left].every(([key, value]) => right.has(key) && same(value, right.get(key)));
}

const told = (value: object) => new Map<string, unknown>(Object.entries(value).filter(([, each]) => each !== undefined));
