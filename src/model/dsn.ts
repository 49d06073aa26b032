import type { CloudSqlHosting, Platform, Pooler, Workload } from './platform.ts';

/**
 * The DSNs that a workload's pods, and a laptop with the Auth Proxy running, are given. None holds a password: on
 * Cloud SQL the proxy logs in by IAM, on virtual machines the runner reads it from Secret Manager.
 *
 * Cloud SQL: `postgresql://USER%40PROJECT.iam@127.0.0.1:PORT/NAME?sslmode=disable`, because the proxy does TLS itself.
 * Virtual machines: `postgresql://LOGIN@HOST:5432/NAME?sslmode=verify-full`.
 */
export function pgstacDsn(platform: Platform, workload: Workload): string {
  return databaseDsn(platform, workload, 'pgstac');
}

/** As `pgstacDsn`, for the database that holds `ingestion_log`. */
export function ingestDsn(platform: Platform, workload: Workload): string {
  return databaseDsn(platform, workload, 'ingest');
}

/**
 * Both, by the variables that the runner reads. PGSTAC_URI and not PGSTAC_DSN: the latter wins in the runner, and so
 * would override a PGSTAC_URI that someone sets for themselves.
 */
export function listDsns(platform: Platform, workload: Workload): Readonly<Record<string, string>> {
  return { INGEST_DB_DSN: ingestDsn(platform, workload), PGSTAC_URI: pgstacDsn(platform, workload) };
}

/** The admin's, through a proxy without IAM login: only the database-init Job has it, and reads the password itself. */
export function adminDsn(platform: Platform, hosting: CloudSqlHosting, database: 'pgstac' | 'ingest'): string {
  return proxyDsn(platform, hosting.adminUser, database);
}

/** Its Service, from any namespace of the cluster. */
export function poolerHost({ namespace }: Pooler): string {
  return `pgbouncer.${namespace}`;
}

/** That of a client of the pooler: without a password, and without TLS inside the cluster. */
export function poolerDsn(platform: Platform, pooler: Pooler, database: 'pgstac' | 'ingest'): string {
  return `postgresql://pooler@${poolerHost(pooler)}:6432/${platform.databases[database].name}?sslmode=disable`;
}

/** The port the Auth Proxy listens on at 127.0.0.1, where the spec says nothing about it. */
const defaultProxyPort = 5432;

/** The port of the databases themselves: of Cloud SQL's own proxy server, or of PostgreSQL. */
export function databasePort({ hosting }: Platform): number {
  return hosting.kind === 'cloudSql' ? 3307 : 5432;
}

/** The port of a workload's side of the Auth Proxy, in pods and in the commands of the user guide. */
export function proxyPort(platform: Platform): number {
  return platform.kubernetes?.proxy.port ?? defaultProxyPort;
}

function databaseDsn(platform: Platform, workload: Workload, database: 'pgstac' | 'ingest'): string {
  if (platform.hosting.kind === 'virtualMachines') {
    const { login, host } = platform.hosting[database];
    return `postgresql://${encodeURIComponent(login)}@${host}:5432/${platform.databases[database].name}?sslmode=verify-full`;
  }
  if (workload.databaseUser === null) throw new Error(`workload ${workload.name} has no login on Cloud SQL`);
  return proxyDsn(platform, workload.databaseUser, database);
}

function proxyDsn(platform: Platform, login: string, database: 'pgstac' | 'ingest'): string {
  const { name } = platform.databases[database];
  return `postgresql://${encodeURIComponent(login)}@127.0.0.1:${proxyPort(platform)}/${name}?sslmode=disable`;
}
