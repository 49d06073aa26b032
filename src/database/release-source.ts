import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseFailure, describeError } from './failure.ts';
import { findRelease, type PgstacRelease, pgstacReleases } from './releases.ts';

/** What the search for pgSTAC's SQL may touch of the world. */
export interface ReleasePorts {
  /** Where SQL that was found is kept, by version. */
  readonly cacheFolder: string;
  readonly temporaryFolder: string;
  /** Runs a program to its end; null where there is no such program. */
  runProgram(program: string, args: readonly string[]): Promise<ProgramResult | null>;
  /** Rejects on any answer but a whole, successful one. */
  fetchBytes(url: string): Promise<Uint8Array>;
}

export interface ProgramResult {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

export interface WantedRelease {
  readonly version: string;
  /** `databases.pgstac.source`; `location` is an https URL or an absolute path. */
  readonly source: { readonly location: string; readonly sha256: string } | null;
}

/**
 * pgSTAC's own SQL, which is never part of this program: from the spec's `source`, else from the cache, an installed
 * pypgstac, or its wheel. Only bytes of the known hash are taken. Throws `DatabaseFailure` with everything tried.
 */
export async function obtainPgstacSql(wanted: WantedRelease, ports: ReleasePorts): Promise<string> {
  if (wanted.source !== null) return await readSource(wanted.source, ports);
  const release = findRelease(wanted.version);
  if (release === undefined) {
    throw new DatabaseFailure(`pgSTAC ${wanted.version} is not known to this program`, {
      hint: `known are ${pgstacReleases.map(({ version }) => version).join(', ')}; others need databases.pgstac.source`,
    });
  }
  const cached = join(ports.cacheFolder, `pgstac.${release.version}.sql`);
  const failures: string[] = [];
  for (const [name, read] of listWays(release, cached, ports)) {
    try {
      const bytes = await read();
      if (bytes === null) continue;
      checkHash(bytes, release.sha256);
      if (name !== 'cache') await keep(cached, bytes);
      return decode(bytes);
    } catch (error) {
      failures.push(`  ${name}: ${describeError(error)}`);
    }
  }
  throw new DatabaseFailure(describeFailures(release, failures), {
    hint: `install Python with pip (or uv), or put ${release.wheel} or the SQL file out of it somewhere and name it with its sha256 in databases.pgstac.source`,
  });
}

type Way = readonly [name: string, read: () => Promise<Uint8Array | null>];

/** In the order they are tried; null where there is nothing to try. */
function listWays(release: PgstacRelease, cached: string, ports: ReleasePorts): readonly Way[] {
  const wheelBy = (name: string, program: string, args: readonly string[]): Way => [
    name,
    () => downloadWheel(release, ports, program, args),
  ];
  // Any interpreter will do, and nothing of the package is run.
  const pip = [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--python-version',
    '3.12',
    '--quiet',
    '--no-input',
    '--disable-pip-version-check',
    '--retries',
    '1',
    '--timeout',
    '20',
    '--dest',
  ];
  return [
    ['cache', () => readIfThere(cached)],
    ['installed pypgstac', () => readInstalled(release, ports)],
    wheelBy('pip', 'pip', pip),
    wheelBy('pip3', 'pip3', pip),
    wheelBy('python3 -m pip', 'python3', ['-m', 'pip', ...pip]),
    wheelBy('uv', 'uv', ['pip', 'install', '--no-deps', '--only-binary', ':all:', '--quiet', '--target']),
  ];
}

function describeFailures(release: PgstacRelease, failures: readonly string[]): string {
  const head = `the SQL of pgSTAC ${release.version} is nowhere to be had`;
  return failures.length === 0
    ? `${head}: there is no pip, pip3, python3 or uv here`
    : `${head}:\n${failures.join('\n')}`;
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  return await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/** Finds the package's folder without importing it: its dependencies may be missing. */
async function readInstalled(release: PgstacRelease, ports: ReleasePorts): Promise<Uint8Array | null> {
  const program = [
    'import importlib.util, pathlib, sys',
    'spec = importlib.util.find_spec("pypgstac")',
    'file = spec and pathlib.Path(spec.submodule_search_locations[0], "migrations", sys.argv[1])',
    'sys.stdout.buffer.write(file.read_bytes() if file and file.is_file() else b"")',
  ].join('\n');
  const result = await ports.runProgram('python3', ['-c', program, `pgstac.${release.version}.sql`]);
  return result === null || result.code !== 0 || result.stdout.length === 0 ? null : result.stdout;
}

async function downloadWheel(
  release: PgstacRelease,
  ports: ReleasePorts,
  program: string,
  args: readonly string[],
): Promise<Uint8Array | null> {
  const folder = await mkdtemp(join(ports.temporaryFolder, 'platform-pgstac-'));
  try {
    const result = await ports.runProgram(program, [...args, folder, `pypgstac==${release.version}`]);
    if (result === null) return null;
    if (result.code !== 0) throw new Error(lastLine(result.stderr) || `exit code ${result.code}`);
    return await readMigration(folder, release);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The SQL in a folder that holds the wheel (pip) or what is in it (uv). */
async function readMigration(folder: string, release: PgstacRelease): Promise<Uint8Array> {
  const path = `pypgstac/migrations/pgstac.${release.version}.sql`;
  const entries = await readdir(folder);
  if (!entries.includes(release.wheel)) return await readFile(join(folder, path));
  return await unzipFile(await readFile(join(folder, release.wheel)), path);
}

async function unzipFile(wheel: Uint8Array, path: string): Promise<Uint8Array> {
  const { unzipSync } = await import('fflate');
  const bytes = unzipSync(wheel, { filter: ({ name }) => name === path })[path];
  if (bytes === undefined) throw new Error(`the wheel holds no ${path}`);
  return bytes;
}

async function readSource(source: { location: string; sha256: string }, ports: ReleasePorts): Promise<string> {
  try {
    const isUrl = source.location.startsWith('https://');
    const bytes = isUrl ? await ports.fetchBytes(source.location) : await readFile(source.location);
    checkHash(bytes, source.sha256);
    return decode(await unpack(bytes));
  } catch (error) {
    throw new DatabaseFailure(`pgSTAC's SQL from ${source.location}: ${describeError(error)}`, {
      hint: 'databases.pgstac.source names an https URL or a file (relative to the spec), plain or gzipped, and the sha256 of its bytes',
      cause: error,
    });
  }
}

async function unpack(bytes: Uint8Array): Promise<Uint8Array> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return isGzip ? (await import('fflate')).gunzipSync(bytes) : bytes;
}

/** Best effort: a cache that cannot be written only costs the next run its time. */
async function keep(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

function checkHash(bytes: Uint8Array, wanted: string): void {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== wanted) throw new Error(`wrong bytes: sha256 ${found} instead of ${wanted}`);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
