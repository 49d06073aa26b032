import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { findProgram } from '../support/programs.ts';
import { type RunResult, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { at, readManifests } from './kubernetes.read.ts';

const login = 'acme-metaflow-task@acme-earth.iam';

/** The manifest's own configuration, on a port that is free here. */
function writeConfiguration(server: Postgres, mode: string, port: number): string {
  const kubernetes = `{ version: "1.36", proxy: { port: ${server.port} }, pooler: { mode: ${mode}, poolSize: 3 } }`;
  const [config] = readManifests({ kubernetes }, 'pooler.yaml');
  const text = String(at(config, 'data', 'pgbouncer.ini'));
  expect(text).toContain('listen_port = 6432\n');
  const folder = makeTemporaryFolder('pgbouncer');
  chmodSync(folder, 0o755);
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(file, text.replace('listen_port = 6432\n', `listen_port = ${port}\n`));
  return file;
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describeWith(['postgres15', 'pgbouncer'], 'the pooler, in the real pgbouncer', () => {
  let server: Postgres;
  const started: ChildProcess[] = [];

  beforeAll(async () => {
    server = await startPostgres();
    await server.createDatabase('pgstac');
    await server.createDatabase('ingest');
    await server.psql(`CREATE ROLE "${login}" LOGIN`);
  });

  afterAll(() => {
    for (const child of started) child.kill('SIGKILL');
  });

  async function startPooler(mode: string): Promise<(database: string, options?: string) => Promise<RunResult>> {
    const port = await findFreePort();
    const program = findProgram('pgbouncer', ['/usr/sbin']) ?? '';
    // It refuses to be root. 65534 is nobody's on every Unix.
    const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const child = spawn(program, [writeConfiguration(server, mode, port)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...account,
    });
    started.push(child);
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr?.on('data', (bytes: Buffer) => {
        said += String(bytes);
        if (said.includes('process up')) resolve();
      });
      child.on('exit', () => reject(new Error(`pgbouncer ended: ${said}`)));
    });
    const ask = 'SELECT session_user, current_database()';
    return (database, options = '') => {
      const env = { PATH: process.env['PATH'] ?? '', PGOPTIONS: options };
      const words = ['-XAtc', ask, `host=127.0.0.1 port=${port} user=somebody dbname=${database} sslmode=disable`];
      return runProcess(server.bin('psql'), words, { env });
    };
  }

  test.each(['transaction', 'session'])('lends every client the workload, in %s mode', async (mode) => {
    const query = await startPooler(mode);
    expect(await query('pgstac')).toMatchObject({ code: 0, stdout: `${login}|pgstac\n` });
    expect(await query('ingest')).toMatchObject({ code: 0, stdout: `${login}|ingest\n` });
    expect((await query('postgres')).code).not.toBe(0);
  });

  test('refuses a search_path in the options instead of dropping it', async () => {
    const query = await startPooler('transaction');
    const { code, stderr } = await query('pgstac', '-csearch_path=pgstac');
    expect(code).not.toBe(0);
    expect(stderr).toContain('unsupported startup parameter');
  });
});
