import type { Server } from 'node:net';
import { afterAll } from '@jest/globals';
import type { CloudSqlHosting, Platform, Pooler, Workload } from '../../../src/model/platform.ts';
import { chooseWay } from '../../../src/model/proxy-way.ts';
import { type Postgres, startPostgres } from '../postgres.ts';
import { makeTemporaryFolder } from '../temporary.ts';
import { type Answer, type Instance, type Issued, startAdminApi } from './admin-api.ts';
import { makeAuthority } from './certificates.ts';
import { startMetadataServer } from './metadata-server.ts';
import { startServerProxy } from './server-proxy.ts';
import { startTokenServer } from './token-server.ts';
import { makeTokens } from './tokens.ts';

export interface CloudSql {
  /** The real PostgreSQL 15 in it, for what a suite wants to see behind everybody's back. */
  readonly postgres: Postgres;
  /**
   * What tells Google's own programs in a pod of this Google account where the stand-ins are: the metadata server that
   * gives them its tokens, and, for the Auth Proxy, the SQL Admin API. No option of theirs is touched.
   */
  variablesFor(account: string): Promise<Readonly<Record<string, string>>>;
  /** The same for a person who has logged in on a laptop. */
  variablesForPerson(email: string): Promise<Readonly<Record<string, string>>>;
  /** From now on the API says this to everybody; null: nothing special. */
  refuseAll(refusal: Answer | null): void;
  /** The server proxy goes away: nobody answers at the instance's address any more. */
  cutOff(): Promise<void>;
  /** Happens by itself at the end of the test file. */
  stop(): Promise<void>;
}

/**
 * A stand-in of a platform's Cloud SQL instance, for the real Auth Proxy and Google's real connector: the instance itself cannot be had in a test.
 * Real are PostgreSQL 15, TLS, the certificates, and who may log in as whom; written here, from Google's documentation
 * and the proxy's source, are the SQL Admin API's two methods, the metadata server, the
 * server of people's tokens, and the server proxy on port 3307.
 * As Terraform leaves it: the databases are empty, the admin has a password, the logins of workloads and people exist.
 * Not here: IAM login with a token for a password, limits and failover.
 * Takes about three seconds.
 */
export async function startCloudSql(platform: Platform, adminPassword: string): Promise<CloudSql> {
  const { hosting } = platform;
  if (hosting.kind !== 'cloudSql') throw new Error('a platform on Cloud SQL is wanted');
  const postgres = await startPostgres({ password: 'unknown to all but the suite' });
  await layDatabases(postgres, platform, hosting, adminPassword);
  const folder = makeTemporaryFolder('cloud-sql');
  const authorities = { server: await makeAuthority(folder, 'server'), client: await makeAuthority(folder, 'client') };
  const tokens = makeTokens();
  const issued: Issued = new Map();
  const [project, , name] = hosting.connectionName.split(':');
  const way = chooseWay(platform);
  const proxy = await startServerProxy({
    commonName: `${project}:${name}`,
    psc: way === 'psc',
    authorities,
    issued,
    iamUsers: new Set(listIamUsers(platform)),
    postgresPort: postgres.port,
  });
  const clients = new Set([
    ...listIdentities(platform).map(({ google }) => google.email),
    hosting.initAccount?.email ?? '',
    ...platform.people.map(({ email }) => email),
  ]);
  const { connectionName } = hosting;
  const instance: Instance = { connectionName, address: proxy.address, way, clients, refusal: null };
  const api = await startAdminApi(instance, authorities, tokens, issued);
  const servers: Server[] = [proxy.server, api.server];
  const variablesFor = async (account: string) => {
    const metadata = await startMetadataServer(account, tokens);
    servers.push(metadata.server);
    return {
      GCE_METADATA_HOST: metadata.host,
      GCE_METADATA_IP: metadata.host,
      CSQL_PROXY_SQLADMIN_API_ENDPOINT: api.url,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_SQL: `${api.url}/`,
    };
  };
  const variablesForPerson = async (email: string) => {
    const login = await startTokenServer(email, tokens, authorities.server, folder);
    servers.push(...login.servers);
    return { ...login.environment, CLOUDSDK_API_ENDPOINT_OVERRIDES_SQL: `${api.url}/` };
  };
  const refuseAll = (refusal: Answer | null) => {
    instance.refusal = refusal;
  };
  const cutOff = async () => {
    proxy.server.close();
  };
  const stop = async () => {
    for (const server of servers.splice(0)) {
      server.close();
    }
    await postgres.stop();
  };
  running.add(stop);
  return { postgres, variablesFor, variablesForPerson, refuseAll, cutOff, stop };
}

const running = new Set<() => Promise<void>>();

afterAll(async () => {
  await Promise.all([...running].map((stop) => stop()));
});

/** Who has an account of Google's and a login by IAM: workloads, and the pooler. */
function listIdentities({ workloads, kubernetes }: Platform): readonly (Workload | Pooler)[] {
  const pooler = kubernetes?.pooler ?? null;
  return pooler === null ? workloads : [...workloads, pooler];
}

function listIamUsers(platform: Platform): readonly string[] {
  return [
    ...listIdentities(platform).flatMap(({ databaseUser }) => databaseUser ?? []),
    ...platform.people.map(({ email }) => email),
  ];
}

async function layDatabases(
  { psql }: Postgres,
  platform: Platform,
  hosting: CloudSqlHosting,
  adminPassword: string,
): Promise<void> {
  const names = [platform.databases.ingest.name, platform.databases.pgstac.name];
  const logins = listIamUsers(platform).map((user) => {
    const group = user.endsWith('.iam') ? 'cloudsqliamserviceaccount' : 'cloudsqliamuser';
    return `CREATE ROLE "${user}" LOGIN IN ROLE ${group};`;
  });
  await psql(`
    CREATE ROLE cloudsqlsuperuser NOLOGIN CREATEROLE CREATEDB;
    CREATE ROLE cloudsqliamserviceaccount NOLOGIN;
    CREATE ROLE cloudsqliamuser NOLOGIN;
    CREATE ROLE "${hosting.adminUser}" LOGIN CREATEROLE CREATEDB IN ROLE cloudsqlsuperuser PASSWORD '${adminPassword}';
    ${logins.join('\n')}
    ${names.map((name) => `CREATE DATABASE "${name}" OWNER cloudsqlsuperuser;`).join('\n')}`);
  // Cloud SQL lets its admins make it; a server of one's own wants a superuser.
  await psql('CREATE EXTENSION postgis', platform.databases.pgstac.name);
  // Who comes as one of these has proved it to the server proxy.
  await letIn(psql, 'host all +cloudsqliamserviceaccount,+cloudsqliamuser 127.0.0.1/32 trust');
}

/** Puts a rule before the others in pg_hba.conf, as the server itself can write it. */
async function letIn(psql: Postgres['psql'], rule: string): Promise<void> {
  const file = (await psql('SHOW hba_file')).replaceAll("'", "''");
  await psql(`
    COPY (SELECT '${rule}' UNION ALL SELECT 'host all all 127.0.0.1/32 scram-sha-256') TO '${file}';
    SELECT pg_reload_conf();`);
}
