import type { ReportedChange } from '../report.ts';

/** Changes that read as one: of one environment and resource, or whole resources to which the same happens. */
export interface ChangeGroup {
  /** `whole`: resources made or removed, one rule for all; `fields`: the fields of one resource. */
  readonly kind: 'whole' | 'fields';
  readonly changes: readonly [ReportedChange, ...ReportedChange[]];
}

/** By environment, in their order; within each the groups in the order of their worst change. */
export function groupChanges(changes: readonly ReportedChange[]): ReadonlyMap<string, readonly ChangeGroup[]> {
  const environments = groupBy(changes, ({ environment }) => environment);
  return new Map(
    [...environments].map(([name, own]) => [name, [...groupBy(own, keyOf).values()].map(toGroup)] as const),
  );
}

function keyOf({ resource, field, impact, rule, acknowledged, fails }: ReportedChange): string {
  if (field !== null) return `fields ${resource}`;
  return JSON.stringify([impact, rule.id, rule.loss, acknowledged, fails]);
}

function toGroup(changes: readonly [ReportedChange, ...ReportedChange[]]): ChangeGroup {
  return { kind: changes[0].field === null ? 'whole' : 'fields', changes };
}

export function groupBy<T>(
  values: readonly T[],
  keyOf: (value: T) => string,
): ReadonlyMap<string, readonly [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}
