import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { commitAll, diff, diffToJson, git, large, project, small, spec, tierChange, write } from './project.ts';

describe('against a git ref', () => {
  test('a commit, a branch or HEAD', async () => {
    await git('init', '-q', '-b', 'trunk');
    write('platform.yaml', spec(small));
    const commit = await commitAll();
    write('platform.yaml', spec(large));
    for (const ref of [commit, commit.slice(0, 8), 'trunk', 'HEAD']) {
      expect((await diffToJson(['--against', ref])).changes[0]).toMatchObject(tierChange);
    }
    expect((await diff(['--against', 'trunk'])).stderr).toContain('platform.yaml against trunk:platform.yaml\n');
  });

  test('a spec in spec/, from another folder', async () => {
    await git('init', '-q', '-b', 'trunk');
    write('spec/platform.yaml', spec(small));
    write('sub/x', '');
    await commitAll();
    write('spec/platform.yaml', spec(large));
    project.folder = join(project.folder, 'sub');
    expect((await diffToJson(['--against', 'trunk'])).changes[0]).toMatchObject(tierChange);
    expect((await diff(['--against', 'trunk'])).stderr).toContain('against trunk:spec/platform.yaml\n');
  });

  test('that does not exist, or did not have the spec yet, or is no ref at all: exit 2', async () => {
    await git('init', '-q', '-b', 'trunk');
    write('other', '');
    await commitAll();
    write('platform.yaml', spec(small));
    for (const [ref, message] of [
      ['nowhere', 'no such file, and no such commit'],
      ['trunk', 'git has no trunk:platform.yaml'],
      ['--output=x', 'no such commit'],
    ]) {
      const { code, stdout, stderr } = await diff([`--against=${ref}`]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(message);
    }
  });

  test('in which the spec had another path: found by its rename, or said', async () => {
    await git('init', '-q', '-b', 'trunk');
    write('old/spec.yaml', spec(small, '# long enough for git to see that it is the same file\n'));
    write('elsewhere.yaml', spec('db-custom-1-3840'));
    await commitAll();
    await git('mv', 'old/spec.yaml', 'platform.yaml');
    write('platform.yaml', spec(large, '# long enough for git to see that it is the same file\n'));
    expect((await diffToJson(['--against', 'trunk'])).changes[0]).toMatchObject(tierChange);
    expect((await diff(['--against', 'trunk'])).stderr).toContain('against trunk:old/spec.yaml\n');
    expect((await diffToJson(['--against', 'trunk:elsewhere.yaml'])).changes[0]).toMatchObject({
      before: 'db-custom-1-3840',
    });
    const { code, stderr } = await diff(['--against', 'trunk:nowhere.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain('--against trunk:PATH');
  });

  test('through a symbolic link', async () => {
    await git('init', '-q', '-b', 'trunk');
    write('real/platform.yaml', spec(small));
    await commitAll();
    write('real/platform.yaml', spec(large));
    symlinkSync('real/platform.yaml', join(project.folder, 'link.yaml'));
    expect((await diffToJson(['link.yaml', '--against', 'trunk'])).changes[0]).toMatchObject(tierChange);
  });

  test('with the name of a file: the file is taken, and the ref named', async () => {
    await git('init', '-q', '-b', 'trunk');
    write('platform.yaml', spec(large));
    await commitAll();
    await git('branch', 'old.yaml');
    write('old.yaml', spec(small));
    expect((await diffToJson(['--against', 'old.yaml'])).changes[0]).toMatchObject(tierChange);
    expect((await diff(['--against', 'old.yaml'])).stderr).toContain('for the git ref: refs/heads/old.yaml');
    expect((await diffToJson(['--against', 'refs/heads/old.yaml'])).changes).toEqual([]);
  });

  test('that a shallow clone does not have: how to get it', async () => {
    await git('init', '-q', '-b', 'trunk');
    write('platform.yaml', spec(small));
    await commitAll();
    write('platform.yaml', spec(large));
    await commitAll();
    await git('clone', '-q', '--depth', '1', `file://${project.folder}`, 'clone');
    project.folder = join(project.folder, 'clone');
    const { code, stderr } = await diff(['--against', 'HEAD~1']);
    expect(code).toBe(2);
    expect(stderr).toContain('git fetch --unshallow');
  });

  test('where there is no git', async () => {
    write('platform.yaml', spec(small));
    const { code, stderr } = await diff(['--against', 'main']);
    expect(code).toBe(2);
    expect(stderr).toContain('no git here');
  });

  test('whose spec has mistakes: they are shown, with the place in that ref', async () => {
    await git('init', '-q', '-b', 'trunk');
    write('platform.yaml', spec('no-tier'));
    await commitAll();
    write('platform.yaml', spec(small));
    const { code, stderr } = await diff(['--against', 'trunk']);
    expect(code).toBe(2);
    expect(stderr).toContain('trunk:platform.yaml:4:');
  });
});
