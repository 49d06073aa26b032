import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { findFreePort } from './postgres.ts';
import { findProgram } from './programs.ts';
import { makeTemporaryFolder } from './temporary.ts';

export interface Pgbouncer {
  readonly port: number;
  readonly child: ChildProcess;
  /** What it has logged so far. */
  log(): string;
}

export interface PgbouncerOptions {
  /** Files beside the configuration, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** What starts it, ending in the program and its configuration; left out, the program alone. */
  readonly command?: readonly string[];
}

const running = new Set<ChildProcess>();

afterAll(async () => {
  for (const child of running) await endGroup(child);
});

/**
 * The real pgbouncer with a configuration that says where it listens (`listen_addr`, `listen_port`), which is put on a
 * free port of 127.0.0.1; `/etc/pgbouncer` in it is the folder of the files. Ends with the test file. Needs `pgbouncer`.
 */
export async function startPgbouncer(configuration: string, options: PgbouncerOptions = {}): Promise<Pgbouncer> {
  const port = await findFreePort();
  const folder = makeTemporaryFolder('pgbouncer');
  chmodSync(folder, 0o755);
  const text = configuration
    .replace(/^listen_port = .*$/m, `listen_port = ${port}`)
    .replace(/^listen_addr = .*$/m, 'listen_addr = 127.0.0.1')
    .replaceAll('/etc/pgbouncer', folder);
  for (const [name, file] of Object.entries({ ...options.files, 'pgbouncer.ini': text }))
    writeFileSync(join(folder, name), file);
  const program = findProgram('pgbouncer', ['/usr/sbin']) ?? '';
  const words = (options.command ?? ['pgbouncer', '/etc/pgbouncer/pgbouncer.ini']).map((word) =>
    word.replace('/etc/pgbouncer', folder),
  );
  // It refuses to be root. 65534 is nobody's on every Unix.
  const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const child = spawn(words[0] ?? '', words.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, so that whatever its command starts ends with it.
    detached: true,
    env: { PATH: `${join(program, '..')}:${process.env['PATH']}` },
    ...account,
  });
  running.add(child);
  return { port, child, log: await readLog(child) };
}

/** Resolves when it is up. */
async function readLog(child: ChildProcess): Promise<() => string> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (bytes: Buffer) => {
      said += String(bytes);
      if (said.includes('process up')) resolve();
    });
    child.on('exit', () => reject(new Error(`pgbouncer ended: ${said}`)));
    child.on('error', reject);
  });
  return () => said;
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}
