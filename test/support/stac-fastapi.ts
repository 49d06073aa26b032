import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import type { Postgres } from './postgres.ts';
import { pythonTool, stacFastapi } from './python.ts';

export interface StacFastapi {
  readonly url: string;
  stop(): void;
}

/** stac-fastapi-pgstac over a database of a server of the tests, as the superuser, who is trusted without a password. */
export async function startStacFastapi(server: Postgres, database: string): Promise<StacFastapi> {
  const { python } = await pythonTool(stacFastapi);
  const args = ['-m', 'uvicorn', 'stac_fastapi.pgstac.app:app', '--host', '127.0.0.1', '--port', '0'];
  const env = {
    ...process.env,
    ...{
      PGUSER: 'postgres',
      PGPASSWORD: 'none',
      PGHOST: server.host,
      PGPORT: String(server.port),
      PGDATABASE: database,
    },
  };
  const started = spawn(python, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => void started.kill('SIGKILL');
  try {
    return { url: await readUrl(started), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/** The port is the kernel's choice; uvicorn says it once it listens. */
async function readUrl(started: ChildProcess): Promise<string> {
  let said = '';
  for (const output of [started.stdout, started.stderr]) output?.on('data', (part: Buffer) => (said += String(part)));
  for (let tries = 0; tries < 600 && started.exitCode === null; tries += 1) {
    const [, url] = /running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said) ?? [];
    if (url !== undefined) return url;
    await wait(100);
  }
  throw new Error(`stac-fastapi-pgstac did not start:\n${said}`);
}
