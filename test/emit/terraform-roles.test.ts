import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../../src/database/connection.ts';
import { openServer } from '../../src/database/server.ts';
import { initialise } from '../database/support.ts';
import { describeWith } from '../support/needs.ts';
import { startPostgres } from '../support/postgres.ts';
import { applyTerraform, type StateResource } from '../support/terraform.ts';
import { writeTerraform } from './terraform/emitted.ts';
import { cloudSql, makePlatform } from './terraform/platforms.ts';
import { createResources, orderResources } from './terraform/postgresql-provider.ts';
import { type Rights, readRights } from './terraform/rights.ts';

const platform = makePlatform(cloudSql, { hosting: { cloudSql: { bootstrap: 'terraform' } } });
const databases = ['ingest', 'pgstac'] as const;

describeWith(['postgres15', 'go', 'python'], 'roles and grants by Terraform', () => {
  const opened: Database[] = [];
  let folder = '';
  let resources: readonly StateResource[] = [];
  /** What `platform db init` alone makes, which the init Job runs. */
  let byJob: Awaited<ReturnType<typeof readAll>>;

  beforeAll(async () => {
    folder = join(writeTerraform(platform), 'terraform');
    resources = nameLogins(await applyTerraform(folder, ['db_password=twelve chars']));
    const server = await startInstance();
    await runInit(server);
    byJob = await readAll(server);
  }, 900_000);
  afterAll(async () => void (await Promise.all(opened.map((database) => database.close()))));

  test.each(['first', 'last'] as const)(
    'and `platform db init` after it make what the init Job makes (of several next steps the %s)',
    async (among) => {
      const server = await startInstance();
      await createResources(orderResources(resources, among), server);
      const byTerraform = await readAll(server);
      for (const database of databases) {
        const [made, wanted] = [byTerraform[database], byJob[database]];
        const { extensions, roles, memberships } = wanted;
        expect(made).toMatchObject({ extensions, roles, memberships });
        // Here is all that can be granted before there are tables and pgSTAC's own schema.
        expect(made.schemas).toEqual(wanted.schemas.filter((fact) => !fact.startsWith('pgstac of ')));
        const others = [made.settings, made.relations, made.columns, made.functions, made.defaults];
        expect(others.flat()).toEqual([]);
      }
      await runInit(server);
      expect(await readAll(server)).toEqual(byJob);
    },
    120_000,
  );

  test('change no schema at the same moment, of which PostgreSQL refuses one', () => {
    // "tuple concurrently updated"; what Terraform is not told to wait for it does side by side.
    const ofOne = resources.flatMap(({ type, name, values, depends_on = [] }) =>
      type === 'postgresql_grant' ? [{ at: `${values['database']}.${values['schema']}`, name, depends_on }] : [],
    );
    expect(ofOne.length).toBeGreaterThan(3);
    const pairs = ofOne.flatMap((a, index) => ofOne.slice(index + 1).map((b) => [a, b] as const));
    const atOnce = pairs.filter(
      ([a, b]) =>
        a.at === b.at &&
        !a.depends_on.includes(`postgresql_grant.${b.name}`) &&
        !b.depends_on.includes(`postgresql_grant.${a.name}`),
    );
    expect(atOnce).toEqual([]);
  });

  test('find nothing to undo in what pgSTAC sets on its roles', () => {
    // The provider reads both from PostgreSQL (resource_postgresql_role.go, Read), and the resource says neither.
    const [, ignored = ''] = /ignore_changes = \[(.*)\]/.exec(readFileSync(join(folder, 'roles.tf'), 'utf8')) ?? [];
    const { memberships, settings } = byJob.pgstac;
    expect(memberships).toContainEqual(expect.stringContaining('pgstac_ingest in pgstac_read,'));
    expect(settings).toContainEqual(expect.stringContaining('pgstac_read in all: {"search_path=pgstac, public"}'));
    expect(ignored.split(', ')).toEqual(['roles', 'search_path']);
    expect(settings.filter((fact) => fact.includes(' in all') && !fact.includes('{"search_path='))).toEqual([]);
  });

  /** As a new instance is: an admin login of cloudsqlsuperuser, which owns the databases, and the IAM logins. */
  async function startInstance(): Promise<(database: string) => Promise<Database>> {
    const server = await startPostgres();
    const admin = hosting().adminUser;
    const logins = [
      ...platform.workloads.map(({ databaseUser }) => databaseUser),
      ...platform.people.map(({ email }) => email),
    ];
    await server.psql(`
      CREATE ROLE cloudsqlsuperuser NOLOGIN CREATEROLE CREATEDB;
      CREATE ROLE ${admin} LOGIN CREATEROLE CREATEDB IN ROLE cloudsqlsuperuser;
      ${logins.map((login) => `CREATE ROLE "${login}" LOGIN;`).join('\n')}
      CREATE DATABASE ingest OWNER cloudsqlsuperuser;
      CREATE DATABASE pgstac OWNER cloudsqlsuperuser;`);
    // Cloud SQL lets its admins make it; a server of one's own wants a superuser.
    await server.psql('CREATE EXTENSION postgis', 'pgstac');
    const pools = new Map<string, Promise<Database>>();
    return async (name) => {
      const pool = pools.get(name) ?? openServer(server.dsn(name, admin), { variable: 'PGSTAC_DSN' });
      if (!pools.has(name)) opened.push(await pool);
      pools.set(name, pool);
      return await pool;
    };
  }
});

function hosting() {
  if (platform.hosting.kind !== 'cloudSql') throw new Error('Cloud SQL is wanted');
  return platform.hosting;
}

/** The PostgreSQL provider's resources; a workload's login is Google's to name, and nothing here is Google. */
function nameLogins(resources: readonly StateResource[]): readonly StateResource[] {
  const ours = resources.filter(({ type }) => type.startsWith('postgresql_'));
  return ours.map((resource) => {
    const [kind, name] = String(resource.index).split('/');
    const workload = platform.workloads.find((candidate) => kind === 'workload' && candidate.name === name);
    return workload === undefined
      ? resource
      : { ...resource, values: { ...resource.values, role: workload.databaseUser } };
  });
}

type Open = (database: string) => Promise<Database>;

async function runInit(open: Open): Promise<void> {
  const report = await initialise({ pgstac: await open('pgstac'), ingest: await open('ingest') }, platform);
  expect(report.missingLogins).toEqual([]);
}

async function readAll(open: Open): Promise<Record<(typeof databases)[number], Rights>> {
  return { ingest: await readRights(await open('ingest')), pgstac: await readRights(await open('pgstac')) };
}
