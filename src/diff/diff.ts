import type { Platform } from '../model/platform.ts';
import { type Change, compareChanges } from './change.ts';
import { compareFields } from './fields.ts';
import { type Fields, listResources } from './resources.ts';
import { judgeChange } from './rules/rules.ts';

/**
 * What changes when one environment goes from a platform to another, the worst first. Models are compared, never texts.
 * `before` is null for a first compile, `after` for an environment that is taken away.
 */
export function diffPlatforms(before: Platform | null, after: Platform | null): readonly Change[] {
  const environment = (after ?? before)?.environment;
  if (environment === undefined) return [];
  const [left, right] = [listAll(before), listAll(after)];
  const names = new Set([...left.keys(), ...right.keys()]);
  return [...names]
    .flatMap((name) => diffResource(name, left.get(name) ?? null, right.get(name) ?? null))
    .map((change) => ({ environment, ...change }))
    .sort(compareChanges);
}

function listAll(platform: Platform | null): ReadonlyMap<string, Fields> {
  return platform === null ? new Map() : listResources(platform);
}

function diffResource(
  resource: string,
  fieldsBefore: Fields | null,
  fieldsAfter: Fields | null,
): readonly Omit<Change, 'environment'>[] {
  const differences =
    fieldsBefore === null || fieldsAfter === null
      ? [{ field: null, before: fieldsBefore, after: fieldsAfter }]
      : compareFields(fieldsBefore, fieldsAfter);
  return differences.map((difference) => ({
    resource,
    ...difference,
    ...judgeChange({ resource, ...difference, fieldsAfter }),
  }));
}
