import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseFailure, describeError } from './failure.ts';
import type { PgstacRelease } from './releases.ts';

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

/** One of `pypgstac/migrations/` in a wheel of pypgstac. */
export interface WheelFile {
  readonly name: string;
  readonly sha256: string;
}

/**
 * Files of a release's wheel in their order: from the cache, an installed pypgstac, or the wheel. Only bytes of the
 * known hash are taken. `what` names them in the failure, which tells everything that was tried.
 */
export async function obtainWheelFiles(
  release: PgstacRelease,
  files: readonly WheelFile[],
  what: string,
  ports: ReleasePorts,
): Promise<readonly Uint8Array[]> {
  const found = new Map<string, Uint8Array>();
  const failures: string[] = [];
  for (const [way, read] of listWays(release, ports)) {
    const missing = files.filter(({ name }) => !found.has(name));
    if (missing.length === 0) break;
    try {
      const bytes = await read(missing.map(({ name }) => name));
      for (const { name, sha256 } of missing) {
        const content = bytes.get(name);
        if (content === undefined) continue;
        checkHash(content, sha256);
        found.set(name, content);
        if (way !== 'cache') await keep(ports.cacheFolder, name, content);
      }
    } catch (error) {
      failures.push(`  ${way}: ${describeError(error)}`);
    }
  }
  return files.map(({ name }) => found.get(name) ?? failToFind(release, what, failures));
}

function failToFind(release: PgstacRelease, what: string, failures: readonly string[]): never {
  const tried = failures.length === 0 ? ' there is no pip, pip3, python3 or uv here' : `\n${failures.join('\n')}`;
  throw new DatabaseFailure(`the SQL of ${what} is nowhere to be had:${tried}`, {
    hint: `install Python with pip (or uv), or put ${release.wheel} somewhere and name it with its sha256 in databases.pgstac.source`,
  });
}

/** Those of the files that it has. */
type Way = readonly [name: string, read: (names: readonly string[]) => Promise<ReadonlyMap<string, Uint8Array>>];

/** In the order they are tried. */
function listWays(release: PgstacRelease, ports: ReleasePorts): readonly Way[] {
  const wheelBy = (name: string, program: string, args: readonly string[]): Way => [
    name,
    (names) => downloadWheel(release, names, ports, [program, ...args]),
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
    ['cache', (names) => readEach(names, (name) => readIfThere(join(ports.cacheFolder, name)))],
    ['installed pypgstac', (names) => readEach(names, (name) => readInstalled(name, ports))],
    wheelBy('pip', 'pip', pip),
    wheelBy('pip3', 'pip3', pip),
    wheelBy('python3 -m pip', 'python3', ['-m', 'pip', ...pip]),
    wheelBy('uv', 'uv', ['pip', 'install', '--no-deps', '--only-binary', ':all:', '--quiet', '--target']),
  ];
}

async function readEach(
  names: readonly string[],
  read: (name: string) => Promise<Uint8Array | null>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const name of names) {
    const bytes = await read(name);
    if (bytes !== null) found.set(name, bytes);
  }
  return found;
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  return await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/** Finds the package's folder without importing it: its dependencies may be missing. */
async function readInstalled(name: string, ports: ReleasePorts): Promise<Uint8Array | null> {
  const program = [
    'import importlib.util, pathlib, sys',
    'spec = importlib.util.find_spec("pypgstac")',
    'file = spec and pathlib.Path(spec.submodule_search_locations[0], "migrations", sys.argv[1])',
    'sys.stdout.buffer.write(file.read_bytes() if file and file.is_file() else b"")',
  ].join('\n');
  const result = await ports.runProgram('python3', ['-c', program, name]);
  return result === null || result.code !== 0 || result.stdout.length === 0 ? null : result.stdout;
}

async function downloadWheel(
  release: PgstacRelease,
  names: readonly string[],
  ports: ReleasePorts,
  [program = '', ...args]: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = await mkdtemp(join(ports.temporaryFolder, 'platform-pgstac-'));
  try {
    const result = await ports.runProgram(program, [...args, folder, `pypgstac==${release.version}`]);
    if (result === null) return new Map();
    if (result.code !== 0) throw new Error(lastLine(result.stderr) || `exit code ${result.code}`);
    // pip leaves the wheel, uv what is in it.
    if ((await readdir(folder)).includes(release.wheel))
      return await unzipFiles(await readFile(join(folder, release.wheel)), names);
    return await readEach(names, (name) => readFile(join(folder, 'pypgstac/migrations', name)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Throws where a wheel of pypgstac lacks one. */
export async function unzipFiles(
  wheel: Uint8Array,
  names: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { unzipSync } = await import('fflate');
  const paths = new Map(names.map((name) => [`pypgstac/migrations/${name}`, name]));
  const files = unzipSync(wheel, { filter: ({ name }) => paths.has(name) });
  return new Map(
    [...paths].map(([path, name]) => {
      const bytes = files[path];
      if (bytes === undefined) throw new Error(`the wheel holds no ${path}`);
      return [name, bytes];
    }),
  );
}

/** Best effort: a cache that cannot be written only costs the next run its time. */
async function keep(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Throws on other bytes than those of a sha256. */
export function checkHash(bytes: Uint8Array, wanted: string): void {
  const found = hashBytes(bytes);
  if (found !== wanted) throw new Error(`wrong bytes: sha256 ${found} instead of ${wanted}`);
}

export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
