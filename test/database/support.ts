import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Context, Output } from '../../src/cli/context.ts';
import { type Loaded, sortScripts } from '../../src/cli/databases.ts';
import { createReleasePorts } from '../../src/cli/release-ports.ts';
import type { Database } from '../../src/database/connection.ts';
import { type InitialiseReport, initialiseDatabases } from '../../src/database/initialise.ts';
import type { InitialisePorts } from '../../src/database/make-pgstac.ts';
import { obtainMigrations, obtainPgstacSql } from '../../src/database/release-source.ts';
import type { ReleasePorts } from '../../src/database/wheel-files.ts';
import type { Platform } from '../../src/model/platform.ts';
import { resolveText } from '../support/resolve.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

type Spec = { readonly [key: string]: unknown };

/** A spec on Cloud SQL with two logins, and what a test changes of it. */
export function makeSpec(change: Spec = {}): Spec {
  return {
    apiVersion: 'platform/v1',
    name: 'sentinel2',
    gcp: { project: 'acme-earth', region: 'europe-west1', network: 'projects/acme-earth/global/networks/main' },
    hosting: { cloudSql: { tier: 'db-custom-1-3840' } },
    access: {
      workloads: {
        loader: { namespace: 'etl', serviceAccount: 'loader', grants: { pgstac: 'ingest', ingest: 'write' } },
      },
      people: [{ member: 'user:ana@example.org', grants: { pgstac: 'read' } }],
    },
    ...change,
  };
}

/** `makeSpec` as the compiler resolves it. */
export function makePlatform(change: Spec = {}): Platform {
  return resolveText(stringify(makeSpec(change)));
}

/** The logins of `makePlatform()` on Cloud SQL. */
export const logins = { loader: 'sentinel2-loader@acme-earth.iam', ana: 'ana@example.org' } as const;

/** What a command sees of the world, with what it wrote kept. The user's own cache serves, so that pgSTAC is fetched once. */
export function makeContext(
  env: Readonly<Record<string, string | undefined>> = {},
  cwd = tmpdir(),
): Context & { said(): { stdout: string; stderr: string } } {
  const stdout = makeOutput();
  const stderr = makeOutput();
  const machine = { HOME: homedir(), PATH: process.env['PATH'], XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] };
  return {
    env: { ...machine, ...env },
    cwd,
    stdout,
    stderr,
    now: () => new Date(),
    signal: new AbortController().signal,
    said: () => ({ stdout: stdout.text(), stderr: stderr.text() }),
  };
}

function makeOutput(): Output & { text(): string } {
  let written = '';
  return {
    write: (text) => {
      written += text;
    },
    isTerminal: false,
    color: false,
    text: () => written,
  };
}

/** The real world with an empty cache, and with the programs that the words before their arguments begin with. */
export function makeEmptyPorts(programs: readonly string[] = [], path?: string): ReleasePorts {
  const real = createReleasePorts(makeContext(path === undefined ? {} : { PATH: path }));
  const folder = makeTemporaryFolder('release');
  return {
    ...real,
    cacheFolder: join(folder, 'cache'),
    temporaryFolder: folder,
    runProgram: async (program, args) =>
      programs.some((words) => `${program} ${args.join(' ')}`.startsWith(words))
        ? real.runProgram(program, args)
        : null,
  };
}

/** What `loadPlatform` gives for a spec in `projectRoot`. */
export function makeLoaded(platform: Platform, projectRoot: string): Loaded {
  const spec = { path: join(projectRoot, 'platform.yaml'), shown: 'platform.yaml', text: '' };
  return { platform, environments: [platform.environment], warnings: [], spec, projectRoot, given: {} };
}

/** `platform db init` without its arguments. */
export function initialise(
  databases: { readonly pgstac: Database; readonly ingest: Database },
  platform: Platform,
  say: (line: string) => void = () => undefined,
): Promise<InitialiseReport> {
  return initialiseDatabases(databases, platform, sortScripts(platform), makeReleasePorts(platform, say));
}

/** pgSTAC's SQL out of the user's own cache, fetched once. */
export function makeReleasePorts(platform: Platform, say: (line: string) => void = () => undefined): InitialisePorts {
  const wanted = { version: platform.databases.pgstac.version, source: null };
  const ports = createReleasePorts(makeContext());
  return {
    obtainPgstacSql: () => obtainPgstacSql(wanted, ports),
    obtainMigrations: (path) => obtainMigrations(wanted, path, ports),
    say,
  };
}
