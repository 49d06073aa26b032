import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { openServer } from '../../src/database/server.ts';
import { teamTarget } from '../../src/emit/team.ts';
import type { Platform } from '../../src/model/platform.ts';
import { initialise, makePlatform as makeDatabasePlatform } from '../database/support.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { planTerraformChange } from '../support/terraform.ts';
import { writeTerraform } from './terraform/emitted.ts';
import { cloudSql, makePlatform, virtualMachines } from './terraform/platforms.ts';

/** What `team/offboarding.md` says below a person's address, which it shows as Markdown does. */
function readPage(platform: Platform, email: string): string {
  const page =
    teamTarget.emit(platform, { specText: '' }).find(({ path }) => path === 'team/offboarding.md')?.text ?? '';
  const section = page.split(/^## /m).find((one) => one.replaceAll('\\', '').startsWith(`${email}\n`));
  if (section === undefined) throw new Error(`${email} is not on the page`);
  return section;
}

const listAddresses = (section: string) => [...section.matchAll(/^- `([^`]+)`: /gm)].map((match) => match[1]).sort();

const people = {
  access: {
    people: [
      { member: 'user:ana@example.org', grants: { pgstac: 'read', ingest: 'read' } },
      { member: 'group:oncall@example.org', grants: { pgstac: 'ingest', ingest: 'write' } },
    ],
  },
};

describeWith(['go', 'python'], 'what offboarding.md lists of a person', () => {
  const inside = { hosting: { cloudSql: { bootstrap: 'terraform' } } };
  const behind = { access: { bastion: { zone: 'europe-west1-b' } } };
  test.each([
    ['Cloud SQL behind a bastion, a user', cloudSql, behind, 'user', 'terraform'],
    ['Cloud SQL whose inside is Terraform’s too, a group', cloudSql, inside, 'group', 'terraform'],
    ['virtual machines, a user', virtualMachines, {}, 'user', 'terraform/postgres_vms'],
    ['virtual machines, a group', virtualMachines, {}, 'group', 'terraform/postgres_vms'],
  ] as const)(
    'is what Terraform takes away when they leave: %s',
    async (_, base, changes, kind, folder) => {
      const changed = makePlatform(base, changes);
      const before = { ...changed, people: makePlatform(base, people).people };
      const [gone] = before.people.filter((person) => person.kind === kind);
      const after = { ...before, people: before.people.filter((person) => person !== gone) };
      const write = (platform: Platform) => join(writeTerraform(platform), folder);
      const variables = folder === 'terraform' ? ['db_password=twelve chars'] : [];
      const plan = await planTerraformChange(write(before), write(after), variables);
      const taken = plan.filter(({ change }) => change.actions.includes('delete')).map(({ address }) => address);
      expect(taken.length).toBeGreaterThan(1);
      expect(listAddresses(readPage(before, gone?.email ?? ''))).toEqual(taken.sort());
    },
    900_000,
  );
});

describeWith(['postgres15', 'python'], 'the lines of offboarding.md inside the databases', () => {
  const platform = makeDatabasePlatform({
    access: { people: [{ member: 'user:ana@example.org', grants: { pgstac: 'ingest', ingest: 'write' } }] },
  });
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres({ password: 'admin' });
    // The admin is no superuser, as on Cloud SQL.
    await server.psql(`CREATE ROLE ann LOGIN CREATEROLE PASSWORD 'ann'; CREATE ROLE "ana@example.org" LOGIN`);
    for (const name of ['pgstac', 'ingest']) await server.psql(`CREATE DATABASE ${name} OWNER ann`);
    for (const name of ['postgis', 'btree_gist', 'unaccent']) await server.psql(`CREATE EXTENSION ${name}`, 'pgstac');
    const open = (name: string, variable: string) => openServer(server.dsn(name, 'ann', 'ann'), { variable });
    const pair = { pgstac: await open('pgstac', 'PGSTAC_DSN'), ingest: await open('ingest', 'INGEST_DB_DSN') };
    await initialise(pair, platform);
    // Somebody has let her.
    await server.psql('GRANT CREATE ON SCHEMA public TO "ana@example.org"', 'pgstac');
    await server.psql(
      `SET SESSION AUTHORIZATION "ana@example.org"; SET search_path TO pgstac, public; CREATE TABLE public.hers ();
       INSERT INTO pgstac.collections (content) VALUES ('{"id": "c", "type": "Collection"}');
       SELECT check_partition('c', '[2024-01-01,2024-01-31]', '[2024-01-01,2024-01-31]')`,
      'pgstac',
    );
    await Promise.all([pair.pgstac.close(), pair.ingest.close()]);
  }, 300_000);

  test('leave a login that may nothing, owns nothing and can be dropped; what it has made stays', async () => {
    const drop = 'DROP ROLE "ana@example.org"';
    await expect(server.psql(drop)).rejects.toThrow(/cannot be dropped because some objects depend on it/);
    const block = /```sql\n([\s\S]*?)```/.exec(readPage(platform, 'ana@example.org'))?.[1] ?? '';
    const parts = block.split(/^-- database (\w+)\n/m).slice(1);
    expect(parts).toHaveLength(4);
    for (const [index, name] of parts.entries())
      if (index % 2 === 0) await server.psql(`SET SESSION AUTHORIZATION ann; ${parts[index + 1]}`, name);
    const memberships = `SELECT count(*) FROM pg_auth_members WHERE member = to_regrole('"ana@example.org"')`;
    expect(await server.psql(memberships)).toBe('0');
    await server.psql(`SET SESSION AUTHORIZATION ann; ${drop}`);
    expect(await server.psql('SELECT count(*) FROM pgstac.collections, public.hers', 'pgstac')).toBe('0');
    expect(await server.psql('SELECT count(*) FROM pgstac.collections', 'pgstac')).toBe('1');
  });
});
