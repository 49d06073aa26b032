import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findTargetOf, targetNames } from '../../src/emit/target.ts';
import { emitPlatform, targets } from '../../src/emit/targets.ts';
import { runCli } from '../support/cli.ts';
import { resolveAll } from '../support/resolve.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const spec = readFileSync(join(projectRoot, 'spec/platform.yaml'), 'utf8');
const samples = ['spec', 'examples/01-cloud-sql', 'examples/02-virtual-machines', 'examples/03-bootstrap-terraform'];

test.each(samples)('%s: every path has its target, and no two differ in case only', (sample) => {
  const text = readFileSync(join(projectRoot, sample, 'platform.yaml'), 'utf8');
  for (const platform of resolveAll(text)) {
    const paths = emitPlatform(platform, { specText: text }).map(({ path }) => path);
    expect(paths.filter((path) => findTargetOf(path) === null)).toEqual([]);
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
    expect(new Set(paths.map(findTargetOf))).toEqual(new Set(targetNames));
    for (const target of targets)
      for (const { path } of target.emit(platform, { specText: text }))
        expect([path, findTargetOf(path)]).toEqual([path, target.name]);
  }
});

function makeProject(text = spec): string {
  const folder = makeTemporaryFolder('target');
  writeFileSync(join(folder, 'platform.yaml'), text);
  return folder;
}

const readLock = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'generated/default/platform.lock.json'), 'utf8'));

describe('compile --target', () => {
  const compile = (folder: string, ...args: string[]) => runCli(['compile', ...args], { cwd: folder });
  const renamed = spec.replace('db-custom-4-16384', 'db-custom-2-7680').replace('  sentinel2:', '  another:');

  test('writes and prunes only its own; diff still says what is not written; a full compile finishes', async () => {
    const folder = makeProject();
    await compile(folder);
    const whole = readLock(folder);
    writeFileSync(join(folder, 'platform.yaml'), renamed);
    const { stdout } = await compile(folder, '--target', 'metaflow', '--format', 'json');
    const [{ written, removed }] = JSON.parse(stdout).environments;
    const paths = (files: { path: string }[]) => files.map(({ path }) => path.replace('default/', ''));
    expect(paths(removed)).toEqual(['metaflow_flows/sentinel2_ingestion_flow.py']);
    expect(paths(written)).toContain('metaflow_flows/another_ingestion_flow.py');
    expect(
      paths(written)
        .map(findTargetOf)
        .filter((target) => target !== 'metaflow'),
    ).toEqual([null]);

    const lock = readLock(folder);
    expect([lock.platform, lock.spec]).toEqual([whole.platform, { sha256: null }]);
    for (const { path, sha256 } of lock.files.filter(({ path }: { path: string }) => findTargetOf(path) !== 'metaflow'))
      expect(whole.files).toContainEqual({ path, sha256 });
    expect((await runCli(['diff'], { cwd: folder })).stdout).toContain('db-custom-2-7680');

    expect((await compile(folder, '--check', '--target', 'metaflow')).code).toBe(0);
    expect(await compile(folder, '--check', '--target', 'sql', 'terraform')).toMatchObject({
      code: 1,
      stderr: 'To mend: platform compile platform.yaml --target sql terraform\n',
    });
    // Back to the first spec: its hash is not in the lock, or the new flow would pass for unchanged.
    writeFileSync(join(folder, 'platform.yaml'), spec);
    expect((await compile(folder, '--check')).code).toBe(1);
    expect((await compile(folder)).code).toBe(0);
    expect(readLock(folder)).toEqual(whole);
  });

  test('of each target in turn comes to the lock of a full compile', async () => {
    const folder = makeProject();
    for (const target of targetNames) expect((await compile(folder, '--target', target)).code).toBe(0);
    expect(await compile(folder, '--check')).toMatchObject({ code: 0, stderr: '' });
  });

  test('alone at first leaves a lock without a model, which diff takes for nothing there yet', async () => {
    const folder = makeProject();
    await compile(folder, '--target', 'sql');
    expect(readLock(folder).platform).toBeNull();
    const { code, stdout } = await runCli(['diff', '--format', 'json'], { cwd: folder });
    expect(code).toBe(0);
    expect(new Set(JSON.parse(stdout).changes.map(({ impact }: { impact: string }) => impact))).toEqual(
      new Set(['create']),
    );
  });

  test('refuses a lock that cannot be read, and a target that is none', async () => {
    const folder = makeProject();
    await compile(folder);
    writeFileSync(join(folder, 'generated/default/platform.lock.json'), '<<<<<<<');
    const broken = await compile(folder, '--target', 'sql', '--force');
    expect([broken.code, broken.stderr.split('\n')[0]]).toEqual([
      2,
      'platform: default/platform.lock.json cannot be read (a merge conflict?), so --target cannot keep its rest',
    ]);
    rmSync(join(folder, 'generated'), { recursive: true });
    expect((await compile(folder, '--target', 'helm')).code).toBe(2);
  });
});
