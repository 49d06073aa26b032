import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Migration } from '../database/migrations.ts';
import { obtainMigrations, obtainPgstacSql, type WantedRelease } from '../database/release-source.ts';
import type { MigrationScript } from '../database/upgrade-pgstac.ts';
import type { ProgramResult, ReleasePorts } from '../database/wheel-files.ts';
import type { Platform } from '../model/platform.ts';
import type { Context } from './context.ts';

/** What of a loaded spec says which pgSTAC is wanted. */
export interface SpecRelease {
  readonly platform: Platform;
  /** A path in `databases.pgstac.source` is relative to the spec's folder. */
  readonly spec: { readonly path: string };
}

/** pgSTAC's own SQL, as the spec wants it. Throws `DatabaseFailure` where it is not to be had. */
export async function obtainRelease(context: Context, release: SpecRelease): Promise<string> {
  return await obtainPgstacSql(findWanted(release), createReleasePorts(context));
}

/** The steps to it from an older one. Throws as `obtainRelease` does. */
export async function obtainSteps(
  context: Context,
  release: SpecRelease,
  path: readonly Migration[],
): Promise<readonly MigrationScript[]> {
  return await obtainMigrations(findWanted(release), path, createReleasePorts(context));
}

function findWanted({ platform, spec }: SpecRelease): WantedRelease {
  const { version, source } = platform.databases.pgstac;
  const isFile = source !== null && !source.location.startsWith('https://');
  const found = isFile ? { ...source, location: resolve(dirname(spec.path), source.location) } : source;
  return { version, source: found };
}

/** The real programs, network and folders in which pgSTAC's SQL is looked for. */
export function createReleasePorts(context: Context): ReleasePorts {
  const temporaryFolder = tmpdir();
  return {
    cacheFolder: join(findCacheFolder(context) ?? temporaryFolder, 'pgstac'),
    temporaryFolder,
    runProgram: (program, args) => runProgram(context, program, args),
    fetchBytes: async (url) => {
      const response = await fetch(url, { signal: AbortSignal.any([context.signal, AbortSignal.timeout(60_000)]) });
      if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

/** Where this program keeps what it can make again; null where the environment names no place. */
export function findCacheFolder({ env }: Context): string | null {
  const base = env['XDG_CACHE_HOME'] || env['LOCALAPPDATA'] || (env['HOME'] ? join(env['HOME'], '.cache') : null);
  return base === null ? null : join(base, 'platform');
}

function runProgram(context: Context, program: string, args: readonly string[]): Promise<ProgramResult | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      env: context.env,
      signal: context.signal,
      timeout: 120_000,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve(null) : reject(error)));
    child.on('close', (code) =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') }),
    );
  });
}
