import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runScript, writePgstacFile } from '../database/scripts.fixture.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { runOrThrow } from '../support/run.ts';
import { makeLoopbackAddress } from '../support/secret-manager.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

/** One of the two virtual machines, as far as clients see it. */
export interface Machine {
  readonly server: Postgres;
  /** The line of /etc/hosts: its internal DNS name, at which it listens on port 5432. */
  readonly hosts: string;
  readonly password: string;
  /** PEM, as the machine publishes it. */
  readonly certificate: string;
  readonly stop: () => Promise<void>;
}

/**
 * A machine of a compiled environment: PostgreSQL 15 with the CA, certificate and pg_hba.conf that its startup script's
 * own functions make, and with what `scripts/db` makes in it. Needs `namespaces`, to be the account that owns them.
 */
export async function startMachine(
  environment: string,
  database: 'ingest' | 'pgstac',
  password: string,
): Promise<Machine> {
  const script = join(environment, `terraform/postgres_vms/startup-${database}.sh`);
  const folder = makeTemporaryFolder('machine');
  chmodSync(folder, 0o755);
  await runOrThrow('bash', ['-c', configure, script, script, folder]);
  const address = makeLoopbackAddress();
  const server = await startPostgres({
    address,
    password: 'admin',
    settings: {
      hba_file: join(folder, 'pg_hba.conf'),
      ident_file: join(folder, 'pg_ident.conf'),
      ssl: 'on',
      ssl_cert_file: join(folder, 'tls/server.crt'),
      ssl_key_file: join(folder, 'tls/server.key'),
    },
  });
  await initialise(environment, database, server, password);
  const host = /^readonly host='?([^'\n]+)/m.exec(readFileSync(script, 'utf8'))?.[1] ?? '';
  const certificate = readFileSync(join(folder, 'tls/ca.crt'), 'utf8');
  return { server, hosts: `${address} ${host}`, password, certificate, stop: () => server.stop() };
}

/** What the script reads from its first lines, and two of its functions; the superuser of the test gets in as well. */
const configure = `
set -euo pipefail
umask 077
eval "$(grep -E '^readonly (host|machine|database)=' "$1")"
tls=$2/tls config=$2 clients=(127.0.0.0/8)
eval "$(sed -n '/^make_certificates() {/,/^}/p; /^write_configuration() {/,/^}/p' "$1")"
make_certificates
write_configuration
echo 'hostssl all postgres 127.0.0.0/8 scram-sha-256' >>"$config/pg_hba.conf"
`;

async function initialise(
  environment: string,
  database: 'ingest' | 'pgstac',
  server: Postgres,
  password: string,
): Promise<void> {
  const { code, stderr } = await runScript(
    database === 'ingest'
      ? { folder: environment, server, script: 'init-postgres.sh', env: { INGEST_PASSWORD: password } }
      : {
          folder: environment,
          server,
          script: 'init-pgstac.sh',
          args: [await writePgstacFile(makeTemporaryFolder('pgstac'), '0.9.11')],
          env: { PGSTAC_PASSWORD: password },
        },
  );
  if (code !== 0) throw new Error(stderr);
}
