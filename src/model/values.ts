import type { Setting } from './platform.ts';

/** Sorted by a name, by code units: the same on every machine, whatever its locale. */
export function sortByName<T>(values: readonly T[], nameOf: (value: T) => string): readonly T[] {
  return [...values].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0));
}

export function toSettings(record: Readonly<Record<string, string>>): readonly Setting[] {
  return sortByName(
    Object.entries(record).map(([name, value]) => ({ name, value })),
    (setting) => setting.name,
  );
}

/** The value itself, frozen at every depth. */
export function freezeDeep<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) freezeDeep(item);
  }
  return value;
}
