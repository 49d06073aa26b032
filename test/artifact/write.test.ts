import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Artifact } from '../../src/artifact/artifact.ts';
import { listEnvironments, readFolder } from '../../src/artifact/folder.ts';
import { hashText } from '../../src/artifact/hash.ts';
import { lockName } from '../../src/artifact/lock.ts';
import { planWrite, stagingName, type WritePlan } from '../../src/artifact/plan.ts';
import { writeFolders } from '../../src/artifact/write.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

/** The files with a lock that lists them, as compile makes one. */
function withLock(files: Record<string, string>): Artifact[] {
  const artifacts = Object.entries(files).map(([path, text]) => ({ path, text }));
  const lock = { files: artifacts.map(({ path, text }) => ({ path, sha256: hashText(text) })) };
  return [...artifacts, { path: lockName, text: `${JSON.stringify(lock)}\n` }];
}

function plan(out: string, artifacts: readonly Artifact[], force = false): WritePlan {
  const wanted = {
    name: 'dev',
    artifacts: artifacts.map((artifact) => ({ ...artifact, sha256: hashText(artifact.text) })),
  };
  return planWrite(
    wanted,
    readFolder(
      out,
      'dev',
      artifacts.map(({ path }) => path),
      new Set(artifacts.filter(({ executable }) => executable).map(({ path }) => path)),
    ),
    force,
  );
}

function write(out: string, files: Record<string, string>): void {
  writeFolders(out, [plan(out, withLock(files))]);
}

const reasons = (planned: WritePlan): string[] =>
  [...planned.write, ...planned.remove, ...planned.refused].map(({ path, reason }) => `${reason} ${path}`).sort();

describe('a folder of artifacts', () => {
  test('is written once; a second plan is empty', () => {
    const out = makeTemporaryFolder();
    write(out, { 'a/b.tf': 'one\n', 'c.sql': 'two\n' });
    expect(readFileSync(join(out, 'dev/a/b.tf'), 'utf8')).toBe('one\n');
    const again = plan(out, withLock({ 'a/b.tf': 'one\n', 'c.sql': 'two\n' }));
    expect([again.write, again.remove, again.refused, again.unchanged]).toEqual([[], [], [], 3]);
    expect(listEnvironments(out)).toEqual(['dev']);
  });

  test('puts new folders beside what is there, and programs that can be run into them', () => {
    const out = makeTemporaryFolder();
    write(out, { 'a/b.tf': 'one\n' });
    writeFileSync(join(out, 'dev/a/notes.md'), 'mine\n');
    const artifacts = withLock({ 'a/b.tf': 'one\n', 'a/c/d/e.sh': 'two\n', 'a/c/f.tf': 'three\n', 'g.tf': 'four\n' });
    const planned = artifacts.map((one) => ({ ...one, executable: one.path.endsWith('.sh') }));
    writeFolders(out, [plan(out, planned)]);
    const files = readdirSync(join(out, 'dev'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    expect(files.map(({ name }) => name).sort()).toEqual(['b.tf', 'e.sh', 'f.tf', 'g.tf', 'notes.md', lockName]);
    const mode = (path: string) => statSync(join(out, 'dev', path)).mode & 0o100;
    expect([mode('a/c/d/e.sh'), mode('a/c/f.tf')]).toEqual([0o100, 0]);
    expect(plan(out, artifacts)).toMatchObject({ write: [], remove: [], refused: [] });
  });

  test('loses what is no longer made, with the folders that empties', () => {
    const out = makeTemporaryFolder();
    write(out, { 'a/b/c.tf': 'one\n', 'd.tf': 'two\n' });
    write(out, { 'd.tf': 'two\n' });
    expect(readdirSync(join(out, 'dev')).sort()).toEqual(['d.tf', lockName]);
  });

  test('names a missing, a stale and a hand-edited file apart, and overwrites the last only by force', () => {
    const out = makeTemporaryFolder();
    write(out, { 'edited.tf': 'one\n', 'missing.tf': 'one\n', 'stale.tf': 'one\n' });
    writeFileSync(join(out, 'dev/edited.tf'), 'by hand\n');
    const next = withLock({ 'edited.tf': 'two\n', 'new.tf': 'two\n', 'stale.tf': 'two\n' });
    expect(reasons(plan(out, next))).toEqual([
      'edited dev/edited.tf',
      'missing dev/new.tf',
      'orphaned dev/missing.tf',
      'stale dev/platform.lock.json',
      'stale dev/stale.tf',
    ]);
    expect(plan(out, next, true).refused).toEqual([]);
  });

  test('never touches a file that is not ours', () => {
    const out = makeTemporaryFolder();
    mkdirSync(join(out, 'dev'));
    writeFileSync(join(out, 'dev/notes.md'), 'mine\n');
    writeFileSync(join(out, 'dev/main.tf'), 'mine\n');
    const planned = plan(out, withLock({ 'main.tf': 'ours\n' }));
    expect(planned.refused).toEqual([{ path: 'dev/main.tf', reason: 'foreign' }]);
    write(out, { 'other.tf': 'ours\n' });
    expect(readFileSync(join(out, 'dev/notes.md'), 'utf8')).toBe('mine\n');
  });

  describe('that a write was killed in', () => {
    const first = { 'a.tf': 'one\n', 'b.tf': 'one\n' };
    const killed = { 'a.tf': 'two\n', 'b.tf': 'two\n', 'new.tf': 'two\n' };
    /** What the killed write leaves: two files moved, the rest and the lock still in its staging folder. */
    const leave = (out: string) => {
      const staging = join(out, 'dev', stagingName);
      mkdirSync(staging, { recursive: true });
      writeFileSync(join(staging, `1-${lockName}`), withLock(killed).at(-1)?.text ?? '');
      writeFileSync(join(staging, '1-b.tf'), 'two\n');
      for (const path of ['a.tf', 'new.tf']) writeFileSync(join(out, 'dev', path), 'two\n');
    };

    test('is completed by the next one', () => {
      const out = makeTemporaryFolder();
      write(out, first);
      leave(out);
      expect(reasons(plan(out, withLock(killed)))).toEqual([
        'stale dev/b.tf',
        'stale dev/platform.lock.json',
        'unfinished dev/.platform-write',
      ]);
      write(out, killed);
      expect(readdirSync(join(out, 'dev')).sort()).toEqual(['a.tf', 'b.tf', 'new.tf', lockName]);
    });

    test('goes on where it had moved some of the folders that were not there', () => {
      const out = makeTemporaryFolder();
      const wanted = { 'a/b/c.tf': 'one\n', 'a/d.tf': 'one\n', 'e/f.tf': 'one\n' };
      write(out, wanted);
      const staging = join(out, 'dev', stagingName);
      mkdirSync(staging);
      for (const name of ['e', lockName]) renameSync(join(out, 'dev', name), join(staging, `1-${name}`));
      expect(listEnvironments(out)).toEqual(['dev']);
      const next = plan(out, withLock({ ...wanted, 'a/d.tf': 'two\n' }));
      expect(next.refused).toEqual([]);
      expect(reasons(next)).toEqual([
        'missing dev/e/f.tf',
        'missing dev/platform.lock.json',
        'stale dev/a/d.tf',
        'unfinished dev/.platform-write',
      ]);
      writeFolders(out, [next]);
      expect(readFileSync(join(out, 'dev/a/d.tf'), 'utf8')).toBe('two\n');
      expect(readdirSync(join(out, 'dev')).sort()).toEqual(['a', 'e', lockName]);
    });

    test.each([true, false])('takes no file of it for a hand edit when the spec has changed again (%j)', (hadLock) => {
      const out = makeTemporaryFolder();
      if (hadLock) write(out, first);
      leave(out);
      expect(listEnvironments(out)).toEqual(['dev']);
      const next = plan(out, withLock({ 'a.tf': 'three\n', 'b.tf': 'two\n' }));
      expect(next.refused).toEqual([]);
      writeFolders(out, [next]);
      expect(readdirSync(join(out, 'dev')).sort()).toEqual(['a.tf', 'b.tf', lockName]);
    });

    test('says nothing of a lock that was not whole yet', () => {
      const out = makeTemporaryFolder();
      write(out, first);
      mkdirSync(join(out, 'dev', stagingName));
      writeFileSync(join(out, 'dev', stagingName, `1-${lockName}`), '{"files": [{"pa');
      expect(reasons(plan(out, withLock(first)))).toEqual(['unfinished dev/.platform-write']);
    });
  });

  test('is removed with its lock where it is wanted no longer, but for what is not ours', () => {
    const out = makeTemporaryFolder();
    write(out, { 'a/b.tf': 'one\n' });
    writeFileSync(join(out, 'dev/notes.md'), 'mine\n');
    writeFolders(out, [planWrite({ name: 'dev', artifacts: [] }, readFolder(out, 'dev', []), false)]);
    expect(readdirSync(join(out, 'dev'))).toEqual(['notes.md']);
    expect(listEnvironments(out)).toEqual([]);
  });

  test('is not written through a link, and a linked file counts as edited', () => {
    const out = makeTemporaryFolder();
    write(out, { 'a/b.tf': 'one\n', 'c.tf': 'one\n', 'gone/d.tf': 'one\n' });
    const elsewhere = makeTemporaryFolder();
    writeFileSync(join(elsewhere, 'c.tf'), 'one\n');
    writeFileSync(join(elsewhere, 'd.tf'), 'one\n');
    for (const path of ['c.tf', 'gone']) rmSync(join(out, 'dev', path), { recursive: true });
    symlinkSync(join(elsewhere, 'c.tf'), join(out, 'dev/c.tf'));
    symlinkSync(elsewhere, join(out, 'dev/gone'));
    const next = withLock({ 'a/b.tf': 'one\n', 'c.tf': 'one\n' });
    expect(reasons(plan(out, next))).toEqual(['edited dev/c.tf', 'stale dev/platform.lock.json']);
    writeFolders(out, [plan(out, withLock({ 'a/b.tf': 'one\n', 'c.tf': 'two\n' }), true)]);
    expect([readFileSync(join(elsewhere, 'c.tf'), 'utf8'), readFileSync(join(out, 'dev/c.tf'), 'utf8')]).toEqual([
      'one\n',
      'two\n',
    ]);
    expect(readdirSync(elsewhere).sort()).toEqual(['c.tf', 'd.tf']);
    expect(() => plan(out, withLock({ 'gone/d.tf': 'one\n' }))).toThrow('a link stands where a folder has to be');
  });

  test('takes no path out of its folder from a lock', () => {
    const out = makeTemporaryFolder();
    mkdirSync(join(out, 'dev'));
    writeFileSync(join(out, 'precious'), 'mine\n');
    const lock = { files: [{ path: '../precious', sha256: hashText('mine\n') }] };
    writeFileSync(join(out, 'dev', lockName), JSON.stringify(lock));
    write(out, { 'a.tf': 'one\n' });
    expect(readFileSync(join(out, 'precious'), 'utf8')).toBe('mine\n');
  });

  test('keeps programs executable and leaves no temporary file', () => {
    const out = makeTemporaryFolder();
    const program: Artifact = { path: 'run.sh', text: '#!/bin/sh\n', executable: true };
    writeFolders(out, [plan(out, [program])]);
    expect(statSync(join(out, 'dev/run.sh')).mode & 0o111).toBe(0o111);
    expect(readdirSync(join(out, 'dev'))).toEqual(['run.sh']);
  });

  test('names a program that lost the permission to run, and gives it back', () => {
    const out = makeTemporaryFolder();
    const program: Artifact = { path: 'run.sh', text: '#!/bin/sh\n', executable: true };
    const all = [program, ...withLock({ 'run.sh': program.text, 'a.tf': 'one\n' }).slice(1)];
    writeFolders(out, [plan(out, all)]);
    chmodSync(join(out, 'dev/run.sh'), 0o644);
    expect(reasons(plan(out, all))).toEqual(['powerless dev/run.sh']);
    writeFolders(out, [plan(out, all)]);
    expect(statSync(join(out, 'dev/run.sh')).mode & 0o111).toBe(0o111);
    expect(reasons(plan(out, all))).toEqual([]);
  });

  test('takes CRLF for what git did to a file of ours, and any other change for a hand edit', () => {
    const out = makeTemporaryFolder();
    const files = { 'crlf.tf': 'é\n\n', 'edited.tf': 'one\ntwo\n', 'gone.tf': 'one\n' };
    write(out, files);
    for (const [path, text] of Object.entries(files))
      writeFileSync(join(out, 'dev', path), text.replaceAll('\n', '\r\n').replace('two', '2'));
    const next = plan(out, withLock({ 'crlf.tf': files['crlf.tf'], 'edited.tf': files['edited.tf'] }));
    expect(reasons(next)).toEqual([
      'edited dev/edited.tf',
      'orphaned dev/gone.tf',
      'stale dev/crlf.tf',
      'stale dev/platform.lock.json',
    ]);
  });
});
