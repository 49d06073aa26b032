import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach } from '@jest/globals';
import { hashText } from '../../src/artifact/hash.ts';
import { cleanEnvironment } from '../support/cli.ts';
import { resolveNow } from '../support/resolve.ts';
import { runOrThrow } from '../support/run.ts';
import { runInProcess } from '../support/run-program.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

export const spec = (tier: string, more = '') => `apiVersion: platform/v1
name: earth
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: ${tier} } }
${more}`;
export const small = 'db-custom-2-7680';
export const large = 'db-custom-4-16384';
export const twoEnvironments = 'environments: { dev: {}, prod: {} }\n';

/** The folder that a test's commands run in; a test may go elsewhere. */
export const project = { folder: '', above: '' };
beforeEach(() => {
  project.folder = makeTemporaryFolder('diff');
  project.above = dirname(project.folder);
});

/** Runs the command in the test's folder, as `main.ts` would. */
export function diff(args: readonly string[] = [], { env = {}, signal = new AbortController().signal } = {}) {
  return runInProcess(['diff', ...args], {
    env: { ...cleanEnvironment('empty'), GIT_CEILING_DIRECTORIES: project.above, ...env },
    cwd: project.folder,
    signal,
  });
}

export async function diffToJson(args: readonly string[] = []) {
  const { code, stdout, stderr } = await diff([...args, '--format', 'json']);
  if (stdout === '') throw new Error(stderr);
  return { code, changes: JSON.parse(stdout).changes as readonly Record<string, unknown>[] };
}

export function write(path: string, text: string): void {
  mkdirSync(dirname(join(project.folder, path)), { recursive: true });
  writeFileSync(join(project.folder, path), text);
}

/** The locks that compile writes, without the artifacts beside them and, but for `hash`, without the spec's hash. */
export function writeLocks(text: string, { hash = false } = {}): void {
  const resolved = resolveNow({ path: 'platform.yaml', text });
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.diagnostics));
  for (const platform of resolved.value) {
    write(
      `generated/${platform.environment}/platform.lock.json`,
      JSON.stringify({
        lockVersion: 1,
        compiler: '0.1.0',
        ...(hash ? { spec: { sha256: hashText(text) } } : {}),
        files: [],
        platform,
      }),
    );
  }
}

export async function git(...args: readonly string[]): Promise<string> {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
  return (
    await runOrThrow('git', [...identity, ...args], { cwd: project.folder, env: cleanEnvironment('empty') })
  ).stdout.trim();
}

export async function commitAll(): Promise<string> {
  await git('add', '-A');
  await git('commit', '-q', '-m', 'all');
  return git('rev-parse', 'HEAD');
}

export const tierChange = {
  environment: 'default',
  resource: 'cloudSql.instance',
  field: 'tier',
  before: small,
  after: large,
  impact: 'restart',
};
