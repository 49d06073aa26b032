import type { Platform } from '../model/platform.ts';
import { type Change, compareChanges } from './change.ts';
import { compareFields } from './fields.ts';
import { knownVersions } from './providers.ts';
import { type Fields, listResources, type Resource } from './resources.ts';
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
  return pairResources(listAll(before), listAll(after))
    .flatMap(diffPair)
    .map((change) => ({ environment, ...change, ...judgeChange({ ...change, platform: after }, running) }))
    .sort(compareChanges);
}

function listAll(platform: Platform | null): ReadonlyMap<string, Resource> {
  return platform === null ? new Map() : listResources(platform);
}

/** A resource as it was and as it will be; null where it is not there. */
interface Pair {
  readonly before: { readonly name: string; readonly fields: Fields } | null;
  readonly after: { readonly name: string; readonly fields: Fields } | null;
}

/** By name, else by a former name that the spec gives it. */
function pairResources(left: ReadonlyMap<string, Resource>, right: ReadonlyMap<string, Resource>): readonly Pair[] {
  const remaining = new Map(left);
  const pairs = [...right].map(([name, { fields, formerNames }]): Pair => {
    const was = [name, ...formerNames].find((one) => remaining.has(one) && (one === name || !right.has(one)));
    const found = was === undefined ? undefined : remaining.get(was);
    if (was === undefined || found === undefined) return { before: null, after: { name, fields } };
    remaining.delete(was);
    return { before: { name: was, fields: found.fields }, after: { name, fields } };
  });
  return [...pairs, ...[...remaining].map(([name, { fields }]): Pair => ({ before: { name, fields }, after: null }))];
}

function diffPair({ before, after }: Pair): readonly Pick<Change, 'resource' | 'field' | 'before' | 'after'>[] {
  const resource = after?.name ?? before?.name ?? '';
  if (before === null || after === null)
    return [{ resource, field: null, before: before?.fields ?? null, after: after?.fields ?? null }];
  const differences = compareFields(before.fields, after.fields).map((difference) => ({ resource, ...difference }));
  if (before.name === after.name) return differences;
  return [{ resource, field: 'name', before: nameIn(before.name), after: nameIn(after.name) }, ...differences];
}

/** `workload stac-api` → `stac-api`. */
function nameIn(resource: string): string {
  return resource.slice(resource.indexOf(' ') + 1);
}
