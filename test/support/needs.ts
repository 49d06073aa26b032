import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from '@jest/globals';
import { findPostgres } from './postgres.ts';
import { findProgram } from './programs.ts';
import { sharedRoot } from './root.ts';

/** What a suite may need of the machine that npm does not bring. */
export type Need =
  | 'postgres15'
  | 'pgbouncer'
  | 'pgbackrest'
  | 'systemd'
  | 'namespaces'
  | 'buildah'
  | 'mmdebstrap'
  | 'shellcheck'
  | 'gcloud'
  | 'go'
  | 'etcd'
  | 'bash'
  | 'zsh'
  | 'fish'
  | 'script'
  | 'chromium'
  | 'python'
  | 'sharedData'
  | 'sharedTools';

interface Requirement {
  /** Null where it is there, else what is missing. */
  readonly missing: () => string | null;
  readonly install: string;
  /** Debian does not have it: where CI's machine does not bring it, CI goes without. */
  readonly notDebian?: true;
}

const requirements: Readonly<Record<Need, Requirement>> = {
  postgres15: {
    missing: () => (findPostgres() === null ? 'PostgreSQL 15 with PostGIS' : null),
    install: 'apt-get install postgresql-15 postgresql-15-postgis-3',
  },
  namespaces: {
    missing: () => (canUnshare() ? null : 'right to make namespaces, or no ip'),
    install: 'run as root, in a container with CAP_SYS_ADMIN; apt-get install iproute2',
  },
  pgbouncer: program('pgbouncer', 'apt-get install pgbouncer', ['/usr/sbin']),
  pgbackrest: program('pgbackrest', 'apt-get install pgbackrest'),
  buildah: program('buildah', 'apt-get install buildah'),
  mmdebstrap: program('mmdebstrap', 'apt-get install mmdebstrap'),
  systemd: program('systemd-analyze', 'apt-get install systemd'),
  bash: program('bash', 'apt-get install bash'),
  zsh: program('zsh', 'apt-get install zsh'),
  fish: program('fish', 'apt-get install fish'),
  script: program('script', 'apt-get install bsdutils'),
  chromium: program('chromium', 'apt-get install chromium'),
  shellcheck: program('shellcheck', 'apt-get install shellcheck'),
  gcloud: { ...program('gcloud', 'https://cloud.google.com/sdk/docs/install'), notDebian: true },
  go: program('go', 'apt-get install golang-go', ['/usr/local/go/bin']),
  etcd: program('etcd', 'apt-get install etcd-server', ['/usr/sbin']),
  python: {
    missing: () => (findProgram('uv') !== null || pythonMakesVenvs() ? null : 'Python 3 with venv and pip, or uv'),
    install: 'apt-get install python3 python3-venv',
  },
  sharedData: folder('data', 'the real STAC items'),
  sharedTools: folder('tools', 'the oracle and the checkers'),
};

/**
 * A suite that runs only where all it needs is there. Where something is missing it is skipped, and the reason is
 * printed with the line that installs it; with `CI=true` it fails instead, so that nothing is silently left out that
 * `.ci/run` could have installed.
 */
export function describeWith(needs: readonly Need[], name: string, body: () => void): void {
  const missing = needs.filter((need) => requirements[need].missing() !== null);
  const reason = missing.map(describeMissing).join('; ');
  if (missing.length === 0) {
    describe(name, body);
  } else if (process.env['CI'] === 'true' && missing.some((need) => requirements[need].notDebian !== true)) {
    describe(name, () => {
      test('finds what it needs', () => {
        throw new Error(`under CI nothing is skipped: ${reason}`);
      });
    });
  } else {
    process.stderr.write(`skipped: ${name}: ${reason}\n`);
    describe.skip(name, body);
  }
}

function describeMissing(need: Need): string {
  const { missing, install } = requirements[need];
  return `no ${missing()} (${install})`;
}

function program(name: string, install: string, folders: readonly string[] = []): Requirement {
  return { missing: () => (findProgram(name, folders) === null ? name : null), install };
}

function folder(name: string, what: string): Requirement {
  const path = join(sharedRoot, name);
  return { missing: () => (existsSync(path) ? null : `${what} in ../shared/${name}`), install: `lay ${name} there` };
}

function canUnshare(): boolean {
  return spawnSync('unshare', ['--mount', '--net', '--pid', '--fork', 'ip', 'link', 'set', 'lo', 'up']).status === 0;
}

function pythonMakesVenvs(): boolean {
  const python = findProgram('python3');
  return python !== null && spawnSync(python, ['-c', 'import ensurepip, venv']).status === 0;
}
