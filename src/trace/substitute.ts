/**
 * A value once with each single difference between it and another made in it: fields of objects one by one, items of
 * lists of named things by their names. What has no parts in common (another `kind`, a list without names) is one
 * difference. Empty where the two are equal.
 */
export function substituteEach<T>(before: T, after: T): readonly T[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [left, right] = [nameItems(before), nameItems(after)];
  if (left !== null && right !== null) return substituteItems(left, right) as readonly T[];
  if (isObject(before) && isObject(after) && before['kind'] === after['kind']) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) =>
      substituteEach(before[key], after[key]).map((value) => ({ ...before, [key]: value }) as T),
    );
  }
  return [after];
}

function substituteItems(left: ReadonlyMap<string, unknown>, right: ReadonlyMap<string, unknown>): readonly unknown[] {
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((name) => {
    if (!right.has(name)) return [[...left].filter(([other]) => other !== name).map(([, item]) => item)];
    const items = left.has(name) ? substituteEach(left.get(name), right.get(name)) : [right.get(name)];
    // By code units, as the model sorts them.
    return items.map((item) =>
      [...new Map(left).set(name, item)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one),
    );
  });
}

/** The items of a list by what tells them apart; null for what is no list of such items. */
function nameItems(value: unknown): ReadonlyMap<string, unknown> | null {
  if (!Array.isArray(value)) return null;
  const named = value.map((item) => [isObject(item) ? (item['name'] ?? item['member'] ?? item['key']) : null, item]);
  const items = new Map(named as [string, unknown][]);
  return items.size === value.length && named.every(([name]) => typeof name === 'string') ? items : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
