import type { Platform } from '../model/platform.ts';
import { type Change, compareChanges } from './change.ts';
import { compareFields } from './fields.ts';
import { knownVersions } from './providers.ts';
import { type Fields, listResources } from './resources.ts';
import { judgeChange } from './rules/rules.ts';
import type { VersionRange } from './versions.ts';

/**
 * What changes when one environment goes from a platform to another, the worst first. Models are compared, never texts.
 * `before` is null for a first compile, `after` for an environment that is taken away. `running` is which versions of the
 * google provider may apply it; left out: all that the rules know.
 */
export function diffPlatforms(
  before: Platform | null,
  after: Platform | null,
  running: readonly VersionRange[] = [knownVersions],
): readonly Change[] {
  const environment = (after ?? before)?.environment;
  if (environment === undefined) return [];
  const [left, right] = [listAll(before), listAll(after)];
  const names = new Set([...left.keys(), ...right.keys()]);
  return [...names]
    .flatMap((name) => diffResource(name, left.get(name) ?? null, right.get(name) ?? null))
    .map((change) => ({ environment, ...change, ...judgeChange({ ...change, platform: after }, running) }))
    .sort(compareChanges);
}

function listAll(platform: Platform | null): ReadonlyMap<string, Fields> {
  return platform === null ? new Map() : listResources(platform);
}

function diffResource(
  resource: string,
  before: Fields | null,
  after: Fields | null,
): readonly Pick<Change, 'resource' | 'field' | 'before' | 'after'>[] {
  if (before === null || after === null) return [{ resource, field: null, before, after }];
  return compareFields(before, after).map((difference) => ({ resource, ...difference }));
}
