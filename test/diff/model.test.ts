import { describe, expect, test } from '@jest/globals';
import { impacts } from '../../src/diff/change.ts';
import { diffPlatforms } from '../../src/diff/diff.ts';
import { rules } from '../../src/diff/rules/rules.ts';
import type { Platform } from '../../src/model/platform.ts';
import { makeRandom } from '../support/hostile.ts';
import { listMutations, type Mutation } from './mutate.ts';
import { readPlatform } from './platforms.ts';

const full = ['full-cloud-sql.yaml', 'full-virtual-machines.yaml'].map(readPlatform);
const [cloudSql, virtualMachines] = full as [Platform, Platform];

/** All that leave something of the model's shape: its lists stay lists and its objects objects, but for nullable ones. */
function listValidMutations(platform: Platform): readonly Mutation<Platform>[] {
  const parts = listMutations(platform).filter(({ isLeaf, value }) => !isLeaf && canBeRead(value));
  return [...listLeafMutations(platform), ...parts];
}

function listLeafMutations(platform: Platform): readonly Mutation<Platform>[] {
  // Another kind of hosting has other fields; that is a test of its own.
  return listMutations(platform).filter(({ isLeaf, path }) => isLeaf && path !== 'hosting.kind');
}

function canBeRead(platform: Platform): boolean {
  try {
    diffPlatforms(null, platform);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

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
    expect(unseen.map(({ path }) => path)).toEqual([]);
  });

  test('differs there, and not elsewhere', () => {
    for (const { path, value } of listLeafMutations(platform)) {
      const changes = diffPlatforms(platform, value);
      // A name by which things are matched is one thing gone and another there; a shared field is in each machine.
      expect(changes.length).toBeLessThanOrEqual(2);
      const named = changes.map(({ field }) => field?.split('.').at(-1) ?? '');
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
      `${impacts.indexOf(impact)} ${rule.loss === null ? 2 : 1} ${resource} ${field ?? ''}`,
  );
  expect(order).toEqual([...order].sort());
});

describe('the rules', () => {
  const fixedDisk =
    listLeafMutations(cloudSql).find(({ path }) => path === 'hosting.disk.autoresize')?.value ?? cloudSql;
  const pairs = [...full, fixedDisk].flatMap((platform) =>
    listValidMutations(platform).flatMap(({ value }) => [
      diffPlatforms(platform, value),
      diffPlatforms(value, platform),
    ]),
  );
  const judged = [
    ...pairs,
    diffPlatforms(cloudSql, virtualMachines),
    diffPlatforms(cloudSql, null),
    diffPlatforms(virtualMachines, null),
    diffPlatforms(virtualMachines, cloudSql),
    diffPlatforms(null, cloudSql),
  ].flat();

  test('each is the rule of some change: none is hidden by one above it', () => {
    const used = new Set(judged.map(({ rule, impact }) => `${impact}: ${rule.reason}`));
    expect(
      rules
        .filter(({ resource, impact, reason }) => resource !== '*' && !used.has(`${impact}: ${reason}`))
        .map(({ resource, field, reason }) => ({ resource, field, reason })),
    ).toEqual([]);
  });

  test('each names its source, and a loss only where something is destroyed, replaced or deleted', () => {
    for (const { source, reason, resource, field } of rules) {
      expect(source).not.toBe('');
      expect(reason).toMatch(/\.$/);
      expect(`${resource}${field}`.replace(/[^*]/g, '').length).toBeLessThanOrEqual(2);
    }
  });

  test('what removes a database says what is lost', () => {
    const removing = judged.filter(
      ({ impact, resource }) =>
        ['replace', 'destroy'].includes(impact) && /^(cloudSql\.instance|database|virtualMachine )/.test(resource),
    );
    const harmless =
      /^(cloudSql\.instance (adminUser|adminSecret)|virtualMachine \w+ (network|subnetwork|caSecret)|database \w+ null)$/;
    for (const { resource, field, rule } of removing) {
      if (!harmless.test(`${resource} ${field}`))
        expect({ resource, field, loss: rule.loss }).not.toEqual({ resource, field, loss: null });
    }
    expect(removing.length).toBeGreaterThan(10);
  });
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
