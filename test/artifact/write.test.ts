import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Artifact } from '../../src/artifact/artifact.ts';
import { hashText, listEnvironments, readFolder, writeFolder } from '../../src/artifact/folder.ts';
import { lockName, planWrite, type WritePlan } from '../../src/artifact/plan.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

/** The files with a lock that lists them, as compile makes one. */
function withLock(files: Record<string, string>): Artifact[] {
  const artifacts = Object.entries(files).map(([path, text]) => ({ path, text }));
  const lock = { files: artifacts.map(({ path, text }) => ({ path, sha256: hashText(text) })) };
  return [...artifacts, { path: lockName, text: `${JSON.stringify(lock)}\n` }];
}

async function plan(out: string, artifacts: readonly Artifact[], force = false): Promise<WritePlan> {
  const wanted = {
    name: 'dev',
    artifacts: artifacts.map((artifact) => ({ artifact, sha256: hashText(artifact.text) })),
  };
  return planWrite(
    wanted,
    await readFolder(
      out,
      'dev',
      artifacts.map(({ path }) => path),
    ),
    force,
  );
}

async function write(out: string, files: Record<string, string>): Promise<void> {
  await writeFolder(out, await plan(out, withLock(files)));
}

const reasons = (planned: WritePlan): string[] =>
  [...planned.write, ...planned.remove, ...planned.refused].map(({ path, reason }) => `${reason} ${path}`).sort();

describe('a folder of artifacts', () => {
  test('is written once; a second plan is empty', async () => {
    const out = makeTemporaryFolder();
    await write(out, { 'a/b.tf': 'one\n', 'c.sql': 'two\n' });
    expect(readFileSync(join(out, 'dev/a/b.tf'), 'utf8')).toBe('one\n');
    const again = await plan(out, withLock({ 'a/b.tf': 'one\n', 'c.sql': 'two\n' }));
    expect([again.write, again.remove, again.refused, again.unchanged]).toEqual([[], [], [], 3]);
    expect(await listEnvironments(out)).toEqual(['dev']);
  });

  test('loses what is no longer made, with the folders that empties', async () => {
    const out = makeTemporaryFolder();
    await write(out, { 'a/b/c.tf': 'one\n', 'd.tf': 'two\n' });
    await write(out, { 'd.tf': 'two\n' });
    expect(readdirSync(join(out, 'dev')).sort()).toEqual(['d.tf', lockName]);
  });

  test('names a missing, a stale and a hand-edited file apart, and overwrites the last only by force', async () => {
    const out = makeTemporaryFolder();
    await write(out, { 'edited.tf': 'one\n', 'missing.tf': 'one\n', 'stale.tf': 'one\n' });
    writeFileSync(join(out, 'dev/edited.tf'), 'by hand\n');
    const next = withLock({ 'edited.tf': 'two\n', 'new.tf': 'two\n', 'stale.tf': 'two\n' });
    expect(reasons(await plan(out, next))).toEqual([
      'edited dev/edited.tf',
      'missing dev/new.tf',
      'orphaned dev/missing.tf',
      'stale dev/platform.lock.json',
      'stale dev/stale.tf',
    ]);
    expect((await plan(out, next, true)).refused).toEqual([]);
  });

  test('never touches a file that is not ours', async () => {
    const out = makeTemporaryFolder();
    mkdirSync(join(out, 'dev'));
    writeFileSync(join(out, 'dev/notes.md'), 'mine\n');
    writeFileSync(join(out, 'dev/main.tf'), 'mine\n');
    const planned = await plan(out, withLock({ 'main.tf': 'ours\n' }));
    expect(planned.refused).toEqual([{ path: 'dev/main.tf', reason: 'foreign' }]);
    await write(out, { 'other.tf': 'ours\n' });
    expect(readFileSync(join(out, 'dev/notes.md'), 'utf8')).toBe('mine\n');
  });

  test('is completed by the next write where one was cut short before its lock', async () => {
    const out = makeTemporaryFolder();
    await write(out, { 'a.tf': 'one\n', 'b.tf': 'one\n' });
    writeFileSync(join(out, 'dev/a.tf'), 'two\n'); // the half that an earlier write got done
    const next = withLock({ 'a.tf': 'two\n', 'b.tf': 'two\n' });
    const planned = await plan(out, next);
    expect(reasons(planned)).toEqual(['stale dev/b.tf', 'stale dev/platform.lock.json']);
  });

  test('takes no path out of its folder from a lock', async () => {
    const out = makeTemporaryFolder();
    mkdirSync(join(out, 'dev'));
    writeFileSync(join(out, 'precious'), 'mine\n');
    const lock = { files: [{ path: '../precious', sha256: hashText('mine\n') }] };
    writeFileSync(join(out, 'dev', lockName), JSON.stringify(lock));
    await write(out, { 'a.tf': 'one\n' });
    expect(readFileSync(join(out, 'precious'), 'utf8')).toBe('mine\n');
  });

  test('keeps programs executable and leaves no temporary file', async () => {
    const out = makeTemporaryFolder();
    const program: Artifact = { path: 'run.sh', text: '#!/bin/sh\n', executable: true };
    await writeFolder(out, await plan(out, [program]));
    expect(statSync(join(out, 'dev/run.sh')).mode & 0o111).toBe(0o111);
    expect(readdirSync(join(out, 'dev'))).toEqual(['run.sh']);
  });
});
