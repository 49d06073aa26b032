import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Change, Impact } from '../../src/diff/change.ts';
import { diffPlatforms } from '../../src/diff/diff.ts';
import type { Platform } from '../../src/model/platform.ts';
import { writeTerraform } from '../emit/terraform/emitted.ts';
import { cloudSql, makePlatform, virtualMachines } from '../emit/terraform/platforms.ts';
import { describeWith } from '../support/needs.ts';
import { planTerraformChange, type ResourceChange } from '../support/terraform.ts';

/** A change of the spec that is planned there and back. */
interface Case {
  readonly name: string;
  readonly before: Platform;
  readonly after: Platform;
}

const ana = { member: 'user:ana@example.org', grants: { pgstac: 'read', ingest: 'read' } };
const task = { namespace: 'metaflow', serviceAccount: 'metaflow-task', grants: { pgstac: 'ingest', ingest: 'write' } };
const sql = (changes: Record<string, unknown>) => ({ hosting: { cloudSql: changes } });
const machine = (changes: Record<string, unknown>) => ({ hosting: { virtualMachines: changes } });
const bastion = { bastion: { zone: 'europe-west1-b' } };
const terraform = sql({ bootstrap: 'terraform' });

const onCloudSql = (name: string, before: Record<string, unknown>, after: Record<string, unknown>): Case => ({
  name,
  before: makePlatform(cloudSql, before),
  after: makePlatform(cloudSql, after),
});
const onMachines = (name: string, after: Record<string, unknown>): Case => ({
  name: `machines: ${name}`,
  before: makePlatform(virtualMachines),
  after: makePlatform(virtualMachines, after),
});

const cases: readonly Case[] = [
  onCloudSql(
    'who gets in, and where to',
    {},
    {
      ...sql({ replicas: [{ name: 'read' }] }),
      access: { ...bastion, workloads: { 'stac-api': undefined }, people: [ana] },
      pipelines: undefined,
    },
  ),
  onCloudSql('Kubernetes', {}, { kubernetes: undefined }),
  onCloudSql('who bootstraps', {}, terraform),
  onCloudSql(
    'an extension and a grant',
    { ...terraform, access: { people: [ana] } },
    {
      ...terraform,
      databases: { pgstac: { extensions: ['pg_cron'] } },
      access: { people: [{ ...ana, grants: { pgstac: 'read' } }] },
    },
  ),
  onCloudSql('renames, and another in the place of one', sql({ replicas: [{ name: 'a' }] }), {
    ...sql({ replicas: [{ name: 'b', renamedFrom: 'a' }, { name: 'c' }] }),
    access: { workloads: { 'metaflow-task': undefined, flows: { ...task, renamedFrom: 'metaflow-task' } } },
    metaflow: { workload: 'flows' },
  }),
  onCloudSql(
    'settings',
    {},
    {
      ...sql({
        tier: 'db-custom-8-32768',
        availability: 'zonal',
        flags: { work_mem: '8192' },
        backups: { retained: 30 },
        disk: { autoresize: false },
        deletionProtection: false,
        alerts: { cpu: 0.5, memory: false, backups: false, notify: ['oncall@example.org'] },
        dashboard: false,
      }),
      labels: { team: 'other' },
      kubernetes: { proxy: { privateIp: false } },
    },
  ),
  onMachines('settings, a person and a bastion', {
    ...machine({
      clients: ['10.1.0.0/16'],
      machineType: 'e2-standard-8',
      diskGb: 400,
      externalAddress: true,
      deletionProtection: false,
    }),
    labels: { team: 'other' },
    access: { ...bastion, people: [ana] },
  }),
];

/**
 * What a resource of Terraform is part of, as diff names it; what is made or deleted must be in diff as something made or
 * deleted there. `grants` and the like come and go with an update of who has them, and APIs are left on.
 */
const owners: readonly (readonly [address: RegExp, resource: RegExp, also: readonly Impact[]])[] = [
  [/^google_sql_database_instance\.replica\["(.+)"\]/, /^cloudSql\.replica $1$/, []],
  [/^google_sql_database_instance\.main/, /^cloudSql\.instance$/, []],
  [/^google_service_account\.init/, /^cloudSql\.initAccount$/, []],
  [/^google_(?:service_account|sql_user)\.workload\["(.+)"\]/, /^workload $1$/, []],
  [/^google_sql_user\.person\["(\w+)-(\w+)-/, /^person $1:$2@/, []],
  [/^google_compute_(?:instance|firewall)\.bastion/, /^bastion$/, []],
  [/^google_compute_(?:disk|instance)\.(?:data|database)\["(.+)"\]/, /^virtualMachine $1$/, []],
  [/^google_compute_firewall\.clients/, /^virtualMachines\.firewall$/, []],
  [/^postgresql_extension\./, /^(database pgstac|cloudSql\.instance)$/, ['update', 'refused']],
  [/^postgresql_(?:role|grant_role)\./, /^(cloudSql\.instance|person .*|workload .*)$/, ['update', 'refused']],
  [/^postgresql_(?:schema|grant)\./, /^cloudSql\.instance$/, ['refused']],
  [/^google_service_account_iam_member\./, /^(kubernetes|cloudSql\.initAccount|workload .*)$/, []],
  [
    /^google_(?:monitoring_\w+|logging_metric)\./,
    /^(cloudSql\.(alerts|replica .*)|virtualMachines\.alerts)$/,
    ['update'],
  ],
  [/^google_storage_bucket_iam_member\./, /^workload /, ['update']],
  [/^google_\w+_iam_member\./, /^(person .*|workload .*|bastion|cloudSql\.initAccount)$/, []],
];

/** The first plan on a machine sets Terraform up. */
const longest = 900_000;

describeWith(['go', 'python'], 'what Terraform core plans to make and delete is in the diff', () => {
  test.each(cases)(
    '$name',
    async ({ before, after }) => {
      await expectInDiff(before, after);
      await expectInDiff(after, before);
    },
    longest,
  );
});

async function expectInDiff(before: Platform, after: Platform): Promise<void> {
  const changes = diffPlatforms(before, after);
  const planned = (await plan(before, after)).flatMap(({ address, change }) =>
    change.actions.flatMap((action) =>
      (action === 'create' || action === 'delete') && !address.startsWith('google_project_service.')
        ? [{ address, action }]
        : [],
    ),
  );
  for (const { address, action } of planned)
    expect({ address, action, said: isSaid(address, action, changes) }).toEqual({ address, action, said: true });
  // And nothing is said to come or go of which Terraform knows nothing.
  const coming = changes.filter(({ impact, field }) => field === null && ['create', 'destroy'].includes(impact));
  const silent = /^(kubernetes|metaflow|pipeline .*)$/;
  for (const { resource } of coming.filter((change) => !silent.test(change.resource)))
    expect({ resource, planned: planned.some(({ address }) => ownerOf(address).test(resource)) }).toEqual({
      resource,
      planned: true,
    });
}

function isSaid(address: string, action: 'create' | 'delete', changes: readonly Change[]): boolean {
  const also = owners.find(([pattern]) => pattern.test(address))?.[2] ?? [];
  const enough: readonly Impact[] = [
    ...(action === 'create' ? (['create'] as const) : (['destroy'] as const)),
    'replace',
    ...also,
  ];
  return changes.some(({ resource, impact }) => ownerOf(address).test(resource) && enough.includes(impact));
}

function ownerOf(address: string): RegExp {
  const found = owners.find(([pattern]) => pattern.test(address));
  if (found === undefined) throw new Error(`of which part is ${address}?`);
  const [, ...parts] = found[0].exec(address) ?? [];
  return new RegExp(found[1].source.replace(/\$(?=\d)(\d)/g, (_, at: string) => parts[Number(at) - 1] ?? ''));
}

async function plan(before: Platform, after: Platform): Promise<readonly ResourceChange[]> {
  const [old, next] = [writeTerraform(before), writeTerraform(after)];
  const { kind } = after.hosting;
  const own = await planTerraformChange(
    join(old, 'terraform'),
    join(next, 'terraform'),
    kind === 'cloudSql' ? ['db_password=twelve chars'] : [],
  );
  if (kind === 'cloudSql') return own;
  const folder = 'terraform/postgres_vms';
  return [...own, ...(await planTerraformChange(join(old, folder), join(next, folder), []))];
}
