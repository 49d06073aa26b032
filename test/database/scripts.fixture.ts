import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createReleasePorts } from '../../src/cli/release-ports.ts';
import { obtainPgstacSql } from '../../src/database/release-source.ts';
import { sqlTarget } from '../../src/emit/sql.ts';
import type { Platform } from '../../src/model/platform.ts';
import { findPostgres, type Postgres } from '../support/postgres.ts';
import { type RunResult, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeContext } from './support.ts';

export const machinesHosting = { virtualMachines: { zone: 'europe-west1-b', clients: ['10.0.0.0/16'] } };

/** What breaks a careless script: the shell's, psql's and COPY's own characters, in one. */
export const hostilePassword = `it's "$HOME" $(id) \\. \\n 'x' \`y\` %s ü\ttab :x  `;

/** `sql/` and `scripts/db/` as compile writes them, in a folder of their own. */
export function writeScripts(platform: Platform): string {
  const folder = makeTemporaryFolder('scripts');
  for (const { path, text, executable } of sqlTarget.emit(platform, { specText: '' })) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (executable) chmodSync(file, 0o755);
  }
  return folder;
}

/** The SQL of a pinned release, gzipped, in a file whose name the shell could split. */
export async function writePgstacFile(folder: string, version: string): Promise<string> {
  const sql = await obtainPgstacSql({ version, source: null }, createReleasePorts(makeContext()));
  const file = join(folder, `pgstac file ${version}.sql.gz`);
  writeFileSync(file, gzipSync(sql));
  return file;
}

export interface ScriptRun {
  readonly folder: string;
  readonly server: Postgres;
  readonly script: 'init-postgres.sh' | 'init-pgstac.sh';
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What runs the script, e.g. `bash -x`; left out, its own first line. */
  readonly shell?: readonly string[];
}

/** As the superuser, unless `env` says otherwise; without a terminal, as in CI. */
export function runScript({ folder, server, script, args = [], env, shell = [] }: ScriptRun): Promise<RunResult> {
  const [program = '', ...words] = [...shell, join(folder, 'scripts/db', script), ...args];
  return runProcess(program, words, {
    cwd: folder,
    env: {
      PATH: `${findPostgres()}:${process.env['PATH']}`,
      PGHOST: server.host,
      PGPORT: String(server.port),
      PGUSER: 'postgres',
      PGPASSWORD: 'admin',
      ...env,
    },
  });
}
