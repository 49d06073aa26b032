/** One field that differs; null stands for one that is not there. */
export interface FieldDifference {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Every field in which two objects differ, by its dotted path. Objects are entered; a list of named things is matched
 * by name; another list, and an object whose `kind` changed, is compared as a whole.
 */
export function compareFields(before: object, after: object): readonly FieldDifference[] {
  const left = new Map(Object.entries(before));
  const right = new Map(Object.entries(after));
  const keys = new Set([...left.keys(), ...right.keys()]);
  return [...keys].flatMap((key) => compareValues(key, left.get(key) ?? null, right.get(key) ?? null));
}

function compareValues(field: string, before: unknown, after: unknown): readonly FieldDifference[] {
  const entered = enter(before, after);
  if (entered === null) return isEqual(before, after) ? [] : [{ field, before, after }];
  return compareFields(...entered).map((inner) => ({ ...inner, field: `${field}.${inner.field}` }));
}

/** Both values as objects of fields, or null where they are compared whole. */
function enter(before: unknown, after: unknown): [before: object, after: object] | null {
  if (isObject(before) && isObject(after)) return before['kind'] === after['kind'] ? [before, after] : null;
  const [left, right] = [readNamed(before), readNamed(after)];
  return left === null || right === null ? null : [left, right];
}

/** A list of named things as an object of them; null for another list. */
function readNamed(value: unknown): object | null {
  if (!Array.isArray(value) || !value.every(isNamed)) return null;
  return Object.fromEntries(value.map(({ name, ...rest }) => [name, readSetting(rest)]));
}

/** A setting is its value; anything else that has a name is what else is said of it. */
export function readSetting(rest: Readonly<Record<string, unknown>>): unknown {
  return Object.keys(rest).length === 1 && 'value' in rest ? rest['value'] : rest;
}

function isNamed(value: unknown): value is Readonly<Record<string, unknown>> & { readonly name: string } {
  return isObject(value) && typeof value['name'] === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal as data, whatever the order of keys. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => isEqual(item, b[at]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isEqual(a[key], b[key]));
}
