import { describe, expect, test } from '@jest/globals';
import { teamTarget } from '../../src/emit/team.ts';
import type { Platform } from '../../src/model/platform.ts';
import { endpoint, platforms, resolveParts, virtualMachines } from './kubernetes.platforms.ts';
import { emitTerraform } from './terraform/emitted.ts';

function emit(platform: Platform, path: string): string {
  const found = teamTarget.emit(platform, { specText: '' }).find((artifact) => artifact.path === path);
  if (found === undefined) throw new Error(`${path} is not emitted`);
  return found.text;
}

type Servers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function readServers(platform: Platform): Servers {
  return (JSON.parse(emit(platform, 'team/pgadmin-servers.json')) as { Servers: Servers }).Servers;
}

const hostile = [
  `o'brien"@example.org`,
  'a\\b@example.org',
  '${x}%{y}{{z}}$(id)`id`@example.org',
  "'; DROP TABLE x; --@example.org",
  'zoë\u2028\u202e@exämple.org',
  '| *bold* <b>x</b> [l](u)@example.org',
];

/** What no spec could say, to see that quoting and not the schema's patterns keeps the files whole. */
function withPerson(email: string): Platform {
  const platform = resolveParts({});
  const [person] = platform.people.filter(({ kind }) => kind === 'user');
  if (person === undefined) throw new Error('no person');
  return { ...platform, people: [{ ...person, email, member: `user:${email}` }] };
}

describe("pgAdmin's servers", () => {
  test('are each granted database of each person, behind the proxy', () => {
    const servers = readServers(resolveParts({ kubernetes: '{ version: "1.36", proxy: { port: 6000 } }' }));
    expect(Object.keys(servers)).toEqual(['1', '2', '3']);
    expect(Object.values(servers).map((server) => [server['Username'], server['MaintenanceDB']])).toEqual([
      ['readers@example.org', 'pgstac'],
      ['ana@example.org', 'pgstac'],
      ['ana@example.org', 'ingest'],
    ]);
    expect(servers['1']).toEqual({
      Name: 'pgstac as readers@example.org',
      Group: 'acme',
      Host: '127.0.0.1',
      Port: 6000,
      MaintenanceDB: 'pgstac',
      Username: 'readers@example.org',
      SSLMode: 'disable',
      Comment: 'A group: put your own address as the username',
    });
  });

  test('are the two machines, told by their certificates', () => {
    const servers = Object.values(readServers(resolveParts({ hosting: virtualMachines })));
    expect(servers.map((server) => [server['Name'], server['Port'], server['Username'], server['SSLMode']])).toEqual([
      ['ingest-postgres', 15432, 'ingest_user', 'verify-full'],
      ['pgstac-postgres', 15433, 'pgstac_user', 'verify-full'],
    ]);
  });

  test.each(hostile)('hold any name: %j', (email) => {
    const servers = Object.values(readServers(withPerson(email)));
    expect(servers.map((server) => server['Username'])).toEqual([email.toLowerCase(), email.toLowerCase()]);
  });

  test('are none where nobody is granted anything', () => {
    expect(readServers(resolveParts(platforms['no workloads'] ?? {}))).toEqual({});
  });

  test.each(Object.entries(platforms))('are laid out as JSON.stringify does: %s', (_, parts) => {
    const text = emit(resolveParts(parts), 'team/pgadmin-servers.json');
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
  });
});

describe('access.md', () => {
  const bastion =
    '{ bastion: { zone: europe-west1-c }, people: [{ member: "user:ana@example.org", grants: { ingest: read } }] }';

  test('goes through the bastion where there is one, by private address', () => {
    const text = emit(resolveParts({ access: bastion, metaflow: null, pipelines: '{}' }), 'team/access.md');
    expect(text).toContain(
      'gcloud compute ssh acme-bastion --project=acme-earth --zone=europe-west1-c --tunnel-through-iap -- -N -D 1080\n',
    );
    expect(text).toContain(
      'ALL_PROXY=socks5://127.0.0.1:1080 cloud-sql-proxy --auto-iam-authn --private-ip --port=5432 acme-earth:europe-west1:acme-postgres\n',
    );
  });

  test('gives each person the lines of what they are granted, and no others', () => {
    const text = emit(resolveParts({ access: bastion, metaflow: null, pipelines: '{}' }), 'team/access.md');
    expect(text.match(/^psql .*$/gm)).toEqual([
      "psql 'host=127.0.0.1 port=5432 dbname=ingest user=ana@example.org sslmode=disable'",
    ]);
  });

  test('goes by public address where the proxy does', () => {
    const parts = { kubernetes: '{ version: "1.36", proxy: { privateIp: false } }' };
    const text = emit(resolveParts(parts), 'team/access.md');
    expect(text).toContain('\ncloud-sql-proxy --auto-iam-authn --port=5432 acme-earth:europe-west1:acme-postgres\n');
    expect(text).not.toContain('private address');
  });

  test('goes to the endpoint with Private Service Connect', () => {
    const text = emit(
      resolveParts({ hosting: endpoint, access: bastion, metaflow: null, pipelines: '{}' }),
      'team/access.md',
    );
    const proxy = 'cloud-sql-proxy --auto-iam-authn --psc --port=5432 acme-earth:europe-west1:acme-postgres';
    expect(text).toContain(`\nALL_PROXY=socks5://127.0.0.1:1080 ${proxy}\n`);
  });

  test('opens a tunnel to each machine, on the ports that pgAdmin is given', () => {
    const platform = resolveParts({ hosting: virtualMachines });
    const text = emit(platform, 'team/access.md');
    for (const { Port, Name } of Object.values(readServers(platform))) {
      expect(text).toContain(`start-iap-tunnel ${Name} 5432 --local-host-port=127.0.0.1:${Port} `);
    }
    expect(text).not.toContain('cloud-sql-proxy');
  });

  test.each(hostile)('keeps any name inside its fence and its cell: %j', (email) => {
    const text = emit(withPerson(email), 'team/access.md');
    const fences = text.match(/^```/gm) ?? [];
    expect(fences.length % 2).toBe(0);
    const row = text.split('\n').find((line) => line.includes('| ingest | write |'));
    expect(row?.match(/(?<!\\)\|/g)).toHaveLength(4);
  });
});

describe('offboarding.md', () => {
  test('says who started tasks in the cluster, and loses that', () => {
    const text = emit(resolveParts({}), 'team/offboarding.md');
    const launchers = text.split(/^## /m).filter((section) => section.includes('`metaflow-launcher`'));
    expect(launchers.map((section) => section.split('\n')[0])).toEqual(['ana\\@example.org']);
    const alone = emit(resolveParts({ kubernetes: null, metaflow: null, pipelines: '{}' }), 'team/offboarding.md');
    expect(alone).not.toContain('kubectl');
  });

  test.each(hostile)('keeps any name inside its fence: %j', (email) => {
    const text = emit(withPerson(email), 'team/offboarding.md');
    expect((text.match(/^```/gm) ?? []).length % 2).toBe(0);
    expect(text.match(/^## /gm)).toHaveLength(1);
    expect(text.split('\n').filter((line) => line.startsWith('DROP OWNED BY'))).toEqual(
      Array(2).fill(`DROP OWNED BY "${email.replaceAll('"', '""')}";`),
    );
  });
});

describe('rotation.md', () => {
  test('sets another admin password, in force before the provider logs in with it', () => {
    const steps = (hosting: string) =>
      emit(resolveParts({ hosting }), 'team/rotation.md').match(/terraform apply( -target=google_sql_user\.admin)?/g);
    expect(steps('{ cloudSql: {} }')).toEqual(['terraform apply']);
    expect(steps('{ cloudSql: { bootstrap: terraform } }')).toEqual([
      'terraform apply -target=google_sql_user.admin',
      'terraform apply',
    ]);
  });

  test('sets other passwords of machines where they come from', () => {
    const stored = emit(resolveParts({ hosting: virtualMachines }), 'team/rotation.md');
    expect(stored.match(/gcloud secrets versions add \S+/g)).toEqual([
      'gcloud secrets versions add acme-ingest-password',
      'gcloud secrets versions add acme-pgstac-password',
    ]);
    const hosting = virtualMachines.replace('clients', 'passwords: metadata, clients');
    const metadata = emit(resolveParts({ hosting }), 'team/rotation.md');
    expect(metadata).toContain('with another `ingest_password` and `pgstac_password`');
    expect(metadata).not.toContain('gcloud secrets versions add');
  });

  test.each(Object.entries(platforms))('looks for keys of each account that Terraform makes: %s', (_, parts) => {
    const platform = resolveParts(parts);
    const made = [...emitTerraform(platform).values()].flatMap((text) => [
      ...text.matchAll(/account_id += "([^"]+)"/g),
    ]);
    const asked = emit(platform, 'team/rotation.md').matchAll(/--iam-account=([^@]+)@/g);
    expect([...asked].map((match) => match[1]).sort()).toEqual(made.map((match) => match[1]).sort());
  });
});
