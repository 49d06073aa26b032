import { describe, expect, test } from '@jest/globals';
import type { Change } from '../../src/diff/change.ts';
import { diffPlatforms } from '../../src/diff/diff.ts';
import { rules } from '../../src/diff/rules/rules.ts';
import { readVersions, type VersionRange } from '../../src/diff/versions.ts';
import type { CloudSqlHosting, Platform, VirtualMachinesHosting } from '../../src/model/platform.ts';
import { fieldRules } from './field-rules.ts';
import { listValidMutations } from './platform-mutations.ts';
import { readPlatform } from './platforms.ts';

const cloudSql = readPlatform('full-cloud-sql.yaml');
const machines = readPlatform('full-virtual-machines.yaml');
const endpoint = readPlatform('full-endpoint.yaml');
const only = (version: string): VersionRange[] => [readVersions(version)].filter((range) => range !== null);

/** What no mutation of the two full platforms comes upon: values that rules ask for by name. */
const special: readonly Platform[] = [
  onCloudSql({ disk: { ...sqlOf(cloudSql).disk, autoresize: false } }),
  onCloudSql({ bootstrap: 'terraform' }),
  onCloudSql({
    flags: ['a.b', 'auto_explain.x', 'cloudsql.x', 'cron.x', 'pgaudit.x', 'pg_hint_plan.x', 'pg_stat_statements.track']
      .concat(rules.flatMap(({ field }) => (field?.startsWith('flags.') ? [field.slice(6)] : [])))
      .filter((name) => !name.includes('*'))
      .map((name) => ({ name, value: 'a' })),
  }),
  { ...machines, hosting: { ...machines.hosting, passwords: 'metadata' } as Platform['hosting'] },
  ...['n4-standard-4', 't2a-standard-4', 'e2-standard-4'].flatMap((machineType) => [
    { ...cloudSql, bastion: cloudSql.bastion && { ...cloudSql.bastion, machineType } },
    { ...machines, hosting: { ...machines.hosting, machineType } as Platform['hosting'] },
  ]),
  { ...cloudSql, pipelines: cloudSql.pipelines.map((pipeline) => ({ ...pipeline, schedule: null, shards: 3 })) },
  onMachines({ backups: { ...machinesOf(machines).backups, bucket: 'acme-earth-backups', location: null } }),
];

const renamed: Platform = {
  ...onCloudSql({
    replicas: sqlOf(cloudSql).replicas.map((replica) => ({ ...replica, name: 'other', formerNames: [replica.name] })),
  }),
  workloads: cloudSql.workloads.map((workload) => ({
    ...workload,
    name: `new-${workload.name}`,
    formerNames: [workload.name],
  })),
};

const pairs: readonly (readonly [Platform | null, Platform | null])[] = [
  ...[cloudSql, machines].flatMap((platform) => special.map((other) => [platform, other] as const)),
  ...[cloudSql, machines].flatMap((platform) => special.map((other) => [other, platform] as const)),
  ...[cloudSql, machines, ...special.slice(0, 2)].flatMap((platform) =>
    listValidMutations(platform).flatMap(({ value }) => [[platform, value] as const, [value, platform] as const]),
  ),
  ...listValidMutations(endpoint).flatMap(({ value }) => [[endpoint, value] as const, [value, endpoint] as const]),
  [cloudSql, endpoint],
  [endpoint, cloudSql],
  [cloudSql, renamed],
  [cloudSql, null],
  [machines, null],
  [null, cloudSql],
];

const judged: readonly Change[] = pairs.flatMap(([before, after]) => [
  ...diffPlatforms(before, after),
  ...diffPlatforms(before, after, only('7.45.0')),
]);

describe('the rules', () => {
  test('each has an id of its own, a reason that is a sentence, and where it is from', () => {
    const ids = rules.map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    for (const { id, reason, resource, field, source } of rules) {
      expect(id).toMatch(/^[a-z]+\/[\w.*-]+$/i);
      expect(reason).toMatch(/\.$/);
      expect(source.kind === 'provider' ? source.attribute : source.page).not.toBe('');
      expect(`${resource}${field}`.replace(/[^*]/g, '').length).toBeLessThanOrEqual(2);
    }
  });

  test('each is the rule of some change: none is hidden by one above it', () => {
    const used = new Set(judged.map(({ rule }) => rule.id));
    expect(rules.filter(({ id }) => !id.startsWith('any/') && !used.has(id)).map(({ id }) => id)).toEqual([]);
  });

  test('every field of the model has the rules that were chosen for it', () => {
    const found = new Map<string, Set<string>>();
    for (const { resource, field, rule } of judged) {
      // A part that a mutation took away whole is no field of the model.
      if (field === null || rule.id === 'any/unknown') continue;
      const name = nameField(resource, field);
      found.set(name, (found.get(name) ?? new Set()).add(rule.id));
    }
    const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, ids]) => [name, [...ids].sort()]);
    expect(Object.fromEntries(sorted)).toEqual(fieldRules);
  });

  test('what was renamed in the spec is the same thing', () => {
    const changes = diffPlatforms(cloudSql, renamed);
    expect(
      changes.map(({ resource, field, before, after, impact }) => [resource, field, before, after, impact]),
    ).toEqual([
      ['cloudSql.replica other', 'name', 'read', 'other', 'none'],
      ['workload new-metaflow-task', 'name', 'metaflow-task', 'new-metaflow-task', 'none'],
      ['workload new-stac-api', 'name', 'stac-api', 'new-stac-api', 'none'],
    ]);
    // Long after it: a model that has the name already.
    expect(diffPlatforms(renamed, renamed)).toEqual([]);
  });

  test('a field without a rule is presumed to do the worst', () => {
    const unknown = judged.filter(({ rule }) => rule.id === 'any/unknown');
    for (const { impact } of unknown) expect(impact).toBe('replace');
    // Whole parts set to null, which no spec can say.
    const whole =
      /^(alerts|backups|buckets|connectionName|disk|flags|gcp|google|grants|insights|labels|maintenance|proxy|serviceAccount|settings|source|version)$/;
    expect([...new Set(unknown.map(({ field }) => String(field)))].filter((field) => !whole.test(field))).toEqual([]);
  });

  test('what removes a database says what is lost', () => {
    const removing = judged.filter(
      ({ impact, resource, rule }) =>
        ['replace', 'destroy'].includes(impact) &&
        rule.id !== 'any/unknown' &&
        /^(cloudSql\.instance|database|virtualMachine )/.test(resource),
    );
    const harmless =
      /^(cloudsql\/(admin-(login|secret)|roles-replaced)|machine\/((sub)?network-replaces|ca-secret|type-replaces-image)|pgstac\/extension-dropped)$/;
    expect(
      new Set(removing.filter(({ rule }) => rule.loss === null && !harmless.test(rule.id)).map(({ rule }) => rule.id)),
    ).toEqual(new Set());
    expect(removing.length).toBeGreaterThan(10);
  });
});

describe("the provider's version decides", () => {
  const hdd = onCloudSql({ disk: { ...sqlOf(cloudSql).disk, type: 'hdd' } });
  const judge = (running: VersionRange[]) => {
    const [change] = diffPlatforms(cloudSql, hdd, running);
    return [change?.impact, change?.rule.id, change?.rule.provider?.versions];
  };
  const replaces = ['replace', 'cloudsql/disk-type-replaces', '>= 6.50.0, < 7.44.0'];
  const refuses = ['refused', 'cloudsql/disk-type-refused', '>= 7.44.0, < 8.0.0'];

  test.each([
    ['7.43.9', replaces],
    ['7.44.0', refuses],
    ['7.99.1', refuses],
    ['~> 7.44', refuses],
    ['>= 6.50, < 7.44', replaces],
  ])('%s', (running, expected) => {
    expect(judge(only(running))).toEqual(expected);
  });

  test('where it is not certain, the worse is said', () => {
    expect(judge(only('>= 6.50, < 8.0'))).toEqual(replaces);
    expect(judge([...only('7.45.0'), ...only('7.1.0')])).toEqual(replaces);
  });

  test('and is cited with its file', () => {
    const [change] = diffPlatforms(cloudSql, hdd);
    expect(change?.rule.source).toBe(
      'hashicorp/google >= 6.50.0, < 7.44.0 (read at 7.45.0), resource_sql_database_instance.go: settings.disk_type: ForceNew before 7.44.0',
    );
  });
});

/** A field by its kind: names of people's own things and of settings do not matter. */
function nameField(resource: string, field: string): string {
  const kind = resource.replace(/^(\S+) .*/, (whole, first) => (first === 'database' ? whole : first));
  return `${kind} ${field.replace(/(^|\.)(flags|settings|labels)\..*/, '$1$2.*')}`;
}

function sqlOf(platform: Platform): CloudSqlHosting {
  if (platform.hosting.kind !== 'cloudSql') throw new Error('not on Cloud SQL');
  return platform.hosting;
}

function onCloudSql(hosting: Partial<CloudSqlHosting>): Platform {
  return { ...cloudSql, hosting: { ...sqlOf(cloudSql), ...hosting } };
}

function machinesOf(platform: Platform): VirtualMachinesHosting {
  if (platform.hosting.kind !== 'virtualMachines') throw new Error('not on virtual machines');
  return platform.hosting;
}

function onMachines(hosting: Partial<VirtualMachinesHosting>): Platform {
  return { ...machines, hosting: { ...machinesOf(machines), ...hosting } };
}
