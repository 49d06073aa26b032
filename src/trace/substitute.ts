import type { SpecPath } from '../spec/node.ts';

/** One difference between two values, made alone in the first of them. */
export interface Substitution<T> {
  /** The first value with that difference made in it. Of large values with many differences, most are never wanted. */
  readonly make: () => T;
  /** Where it is in the second; where nothing is there any more, in the first. */
  readonly path: SpecPath;
  readonly kind: 'written' | 'gone';
  /** The same of a difference whichever of the two values it is made in: the path, with the names of a list's items. */
  readonly id: string;
}

/**
 * A value once with each single difference between it and another made in it: fields of objects one by one, items of
 * lists of named things by their names. What has no parts in common (another `kind`, a list without names) is one
 * difference. Empty where the two are equal.
 */
export function substituteEach<T>(before: T, after: T): readonly Substitution<T>[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [left, right] = [nameItems(before), nameItems(after)];
  if (left !== null && right !== null) return substituteItems(left, right) as readonly Substitution<T>[];
  if (isObject(before) && isObject(after) && before['kind'] === after['kind'])
    return substituteFields(before, after) as readonly Substitution<T>[];
  return [{ make: () => after, path: [], kind: 'written', id: '' }];
}

type Fields = Readonly<Record<string, unknown>>;

function substituteFields(before: Fields, after: Fields): readonly Substitution<Fields>[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key): readonly Substitution<Fields>[] => {
    if (!Object.hasOwn(after, key))
      return [{ make: () => withField(before, key, []), path: [key], kind: 'gone', id: idOf(key) }];
    const inner: readonly Substitution<unknown>[] = Object.hasOwn(before, key)
      ? substituteEach(before[key], after[key])
      : [{ make: () => after[key], path: [], kind: 'written', id: '' }];
    return inner.map(({ make, path, kind, id }) => ({
      make: () => withField(before, key, [make()]),
      path: [key, ...path],
      kind,
      id: idOf(key, id),
    }));
  });
}

/** The fields with one of them another value, or with none of that name; `__proto__` is a name like any other. */
function withField(fields: Fields, key: string, value: readonly [] | readonly [unknown]): Fields {
  const others = Object.entries(fields).filter(([other]) => other !== key);
  return Object.fromEntries(value.length === 0 ? others : [...others, [key, value[0]]]);
}

interface Item {
  readonly index: number;
  readonly value: unknown;
}

type Items = ReadonlyMap<string, Item>;

function substituteItems(left: Items, right: Items): readonly Substitution<unknown>[] {
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((name): readonly Substitution<unknown>[] => {
    const [was, is] = [left.get(name), right.get(name)];
    const others = () =>
      [...left].filter(([other]) => other !== name).map(([other, { value }]) => [other, value] as const);
    if (is === undefined)
      return [
        {
          make: () => others().map(([, value]) => value),
          path: was === undefined ? [] : [was.index],
          kind: 'gone',
          id: idOf(name),
        },
      ];
    const inner: readonly Substitution<unknown>[] =
      was === undefined
        ? [{ make: () => is.value, path: [], kind: 'written', id: '' }]
        : substituteEach(was.value, is.value);
    return inner.map(({ make, path, kind, id }) => ({
      // By code units, as the model sorts them.
      make: () => [...others(), [name, make()] as const].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one),
      path: [kind === 'gone' && was !== undefined ? was.index : is.index, ...path],
      kind,
      id: idOf(name, id),
    }));
  });
}

/** The items of a list by what tells them apart; null for what is no list of such items. */
function nameItems(value: unknown): Items | null {
  if (!Array.isArray(value)) return null;
  const named = value.map((item) => (isObject(item) ? (item['name'] ?? item['member'] ?? item['key']) : null));
  if (!named.every((name) => typeof name === 'string') || new Set(named).size < named.length) return null;
  return new Map(value.map((item, index) => [String(named[index]), { index, value: item }]));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function idOf(name: string, below = ''): string {
  return `${JSON.stringify(name)}${below}`;
}
