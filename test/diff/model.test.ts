import { describe, expect, test } from '@jest/globals';
import { impacts } from '../../src/diff/change.ts';
import { diffPlatforms } from '../../src/diff/diff.ts';
import type { Platform } from '../../src/model/platform.ts';
import { makeRandom } from '../support/hostile.ts';
import { listLeafMutations, listValidMutations } from './platform-mutations.ts';
import { readPlatform } from './platforms.ts';

const full = ['full-cloud-sql.yaml', 'full-virtual-machines.yaml'].map(readPlatform);
const [cloudSql, virtualMachines] = full as [Platform, Platform];

describe.each(full.map((platform) => [platform.hosting.kind, platform] as const))('a platform on %s', (_, platform) => {
  const mutations = listValidMutations(platform);

  test('does not differ from itself, nor from what a lock keeps of it', () => {
    expect(diffPlatforms(platform, platform)).toEqual([]);
    expect(diffPlatforms(JSON.parse(JSON.stringify(platform)), platform)).toEqual([]);
    expect(diffPlatforms(reverseKeys(platform), platform)).toEqual([]);
  });

  test('differs wherever one field does', () => {
    expect(mutations.length).toBeGreaterThan(100);
    const unseen = mutations.filter(({ value }) => diffPlatforms(platform, value).length === 0);
    // Former names say which thing of an older model this one is, acknowledgements what is meant: they change nothing.
    const silent = /formerNames|^acknowledgements/;
    expect(unseen.map(({ path }) => path).filter((path) => !silent.test(path))).toEqual([]);
  });

  test('differs there, and not elsewhere', () => {
    for (const { path, value } of listLeafMutations(platform)) {
      const changes = diffPlatforms(platform, value);
      // A name by which things are matched is one thing gone and another there; a shared field is in each machine.
      expect(changes.length).toBeLessThanOrEqual(2);
      // The roles of all who log in name the instances.
      const own = changes.filter(({ field }) => field !== 'roles.instances');
      const named = own.map(({ field }) => field?.split('.').at(-1) ?? '');
      // A setting goes by its name, and what changed its `kind` is compared whole.
      if (!/(\.\d+|\.key|\.kind|flags\.\d+\.\w+|labels\.\d+\.\w+|settings\.\d+\.\w+)$/.test(path))
        for (const name of named) expect(path).toContain(name);
    }
  });

  test('both ways the same fields are named', () => {
    const next = makeRandom(1);
    for (let round = 0; round < 300; round++) {
      const [a, b] = [mutations[next(mutations.length)], mutations[next(mutations.length)]];
      if (a === undefined || b === undefined) continue;
      const names = (before: Platform, after: Platform) =>
        diffPlatforms(before, after)
          .map(({ resource, field }) => `${resource} ${field}`)
          .sort();
      expect(names(a.value, b.value)).toEqual(names(b.value, a.value));
    }
  });
});

test('an environment that is new is all created, one that is gone all destroyed', () => {
  const created = diffPlatforms(null, cloudSql);
  const destroyed = diffPlatforms(cloudSql, null);
  expect(new Set(created.map(({ impact, field }) => `${impact} ${field}`))).toEqual(new Set(['create null']));
  expect(new Set(destroyed.map(({ impact, field }) => `${impact} ${field}`))).toEqual(new Set(['destroy null']));
  expect(created.map(({ resource }) => resource).sort()).toEqual(destroyed.map(({ resource }) => resource).sort());
  expect(diffPlatforms(null, null)).toEqual([]);
});

test('another kind of hosting destroys the one, makes the other, and says that the databases are lost', () => {
  const changes = diffPlatforms(cloudSql, virtualMachines);
  const find = (resource: string) => changes.find((change) => change.resource === resource);
  expect(find('cloudSql.instance')?.impact).toBe('destroy');
  expect(find('virtualMachine pgstac')?.impact).toBe('create');
  expect(find('database pgstac')).toMatchObject({
    impact: 'replace',
    field: 'hosting',
    rule: { loss: expect.stringContaining('item') },
  });
});

test('changes are sorted by how bad they are, then by name', () => {
  const changes = diffPlatforms(cloudSql, virtualMachines);
  const order = changes.map(
    ({ impact, resource, field, rule }) =>
      `${impacts.indexOf(impact === 'replace' && rule.loss !== null ? 'destroy' : impact)} ${rule.loss === null ? 2 : 1} ${resource} ${field ?? ''}`,
  );
  expect(order).toEqual([...order].sort());
});

function reverseKeys<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reverseKeys) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reverseKeys(inner)]),
  ) as T;
}
