import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { cleanEnvironment, runCli } from '../support/cli.ts';
import { gitEnvironment } from '../support/git.ts';
import { projectRoot } from '../support/root.ts';
import { runOrThrow, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const sample = readFileSync(join(projectRoot, 'examples/01-cloud-sql/platform.yaml'), 'utf8');
const program = join(projectRoot, 'dist/cli/main.js');

async function makeProject(...args: string[]): Promise<string> {
  const folder = makeTemporaryFolder('disk');
  writeFileSync(join(folder, 'platform.yaml'), sample);
  expect((await runCli(['compile', ...args], { cwd: folder })).code).toBe(0);
  return folder;
}

const compile = (folder: string, ...args: string[]) => runCli(['compile', ...args], { cwd: folder });

describe('compile --check', () => {
  test('of what git checked out with CRLF says so, and the compile it prints mends it', async () => {
    const folder = await makeProject();
    const git = (...args: string[]) => runOrThrow('git', args, { env: { ...cleanEnvironment(), ...gitEnvironment } });
    const [store, clone] = [join(makeTemporaryFolder('crlf'), 'store.git'), join(makeTemporaryFolder('crlf'), 'clone')];
    await git('-C', folder, 'init', '--quiet');
    await git('-C', folder, 'add', '.');
    await git('-C', folder, 'commit', '--quiet', '--message', 'all');
    await git('clone', '--quiet', '--bare', folder, store);
    await git('clone', '--quiet', '--config', 'core.autocrlf=true', store, clone);
    expect(readFileSync(join(clone, 'platform.yaml'), 'utf8')).toContain('\r\n');
    const check = await compile(clone, '--check');
    expect([check.code, check.stderr]).toEqual([1, 'To mend: platform compile platform.yaml\n']);
    expect((await compile(clone)).code).toBe(0);
    expect(await compile(clone, '--check')).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await git('-C', clone, 'diff', '--stat');
    expect(stdout).toBe('');
  });

  test.each([
    { given: [], out: 'generated', needsForce: false },
    { given: ['--env', 'dev'], out: 'generated', needsForce: true },
    { given: ['--out', 'my out', '--env', 'dev', 'prod'], out: 'my out', needsForce: true },
    { given: ['--target', 'terraform', 'sql'], out: 'generated', needsForce: true },
  ])(
    'names each file that differs, and the command it prints mends it: $given',
    async ({ given, out, needsForce }) => {
      const folder = await makeProject(...(out === 'generated' ? [] : ['--out', out]));
      const made = join(folder, out, 'dev/terraform');
      rmSync(join(made, 'main.tf'));
      // As a compile that made a file which this one no longer makes: listed by the lock, and as it was written.
      const lock = join(folder, out, 'dev/platform.lock.json');
      const listed = JSON.parse(readFileSync(lock, 'utf8'));
      const bastion = listed.files.find(({ path }: { path: string }) => path === 'terraform/bastion.tf');
      renameSync(join(made, 'bastion.tf'), join(made, 'old.tf'));
      listed.files.push({ ...bastion, path: 'terraform/old.tf' });
      writeFileSync(lock, JSON.stringify(listed));
      if (needsForce) appendFileSync(join(made, 'outputs.tf'), '# mine\n');
      const { code, stdout, stderr } = await compile(folder, '--check', ...given);
      expect(code).toBe(1);
      const lines = stdout.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' '));
      for (const line of [
        `missing ${out}/dev/terraform/main.tf`,
        `missing ${out}/dev/terraform/bastion.tf`,
        `no longer made ${out}/dev/terraform/old.tf`,
        ...(needsForce ? [`edited by hand ${out}/dev/terraform/outputs.tf`] : []),
      ])
        expect(lines).toContain(line);
      const command = /(?:To mend|To overwrite): (.*)\n$/.exec(stderr)?.[1] ?? '';
      expect(command.includes('--force')).toBe(needsForce);
      const words = `platform() { '${process.execPath}' '${program}' "$@"; }; ${command}`;
      expect(await runProcess('sh', ['-c', words], { cwd: folder, env: cleanEnvironment() })).toMatchObject({
        code: 0,
      });
      expect(await compile(folder, '--check', ...given)).toMatchObject({ code: 0, stderr: '' });
      expect(readdirSync(made)).not.toContain('old.tf');
    },
    60_000,
  );
});

describe('compile, where the disk says no', () => {
  const firstLine = async (folder: string, ...args: string[]) => {
    const { code, stdout, stderr } = await compile(folder, ...args);
    return [code, stdout, stderr.split('\n')[0]];
  };

  test('a folder that cannot be made', async () => {
    const folder = await makeProject();
    expect(await firstLine(folder, '--out', '/proc/xx')).toEqual([
      2,
      '',
      expect.stringMatching(/^platform: cannot use \S*\/proc\/xx\/dev: nothing can be made there$/),
    ]);
  });

  test.each(['.', '..', '/'])('--out %s, around the spec', async (out) => {
    const folder = await makeProject();
    const before = readdirSync(folder);
    expect(await firstLine(folder, '--out', out)).toEqual([
      2,
      '',
      `platform: --out ${out} holds the spec: what is made stands in a folder of its own`,
    ]);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('a link below the output folder is not written through; the output folder may be one', async () => {
    const folder = await makeProject();
    renameSync(join(folder, 'generated'), join(folder, 'elsewhere'));
    symlinkSync('elsewhere', join(folder, 'generated'));
    expect((await compile(folder, '--check')).code).toBe(0);
    const mine = join(folder, 'mine');
    mkdirSync(mine);
    rmSync(join(folder, 'elsewhere/prod/sql'), { recursive: true });
    symlinkSync(mine, join(folder, 'elsewhere/prod/sql'));
    writeFileSync(join(folder, 'platform.yaml'), sample.replace('db-custom-4-16384', 'db-custom-2-7680'));
    for (const flag of [[], ['--force']])
      expect(await firstLine(folder, ...flag)).toEqual([
        2,
        '',
        'platform: cannot use generated/prod/sql: a link stands where a folder has to be, and what it leads to is not written',
      ]);
    expect(readdirSync(mine)).toEqual([]);
    expect(readFileSync(join(folder, 'generated/dev/terraform/variables.tf'), 'utf8')).not.toContain(
      'db-custom-2-7680',
    );
  });

  test('one folder that is read-only leaves every environment as it was', async () => {
    const folder = await makeProject();
    const lock = () => readFileSync(join(folder, 'generated/dev/platform.lock.json'), 'utf8');
    const before = lock();
    writeFileSync(join(folder, 'platform.yaml'), sample.replaceAll('europe-west1', 'europe-west4'));
    chmodSync(join(folder, 'generated/prod/terraform'), 0o555);
    // Root may write anywhere: then it is run without that right.
    const asOthers = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];
    const [command = '', ...args] = [...asOthers, process.execPath, program, 'compile'];
    const { code, stderr } = await runProcess(command, args, { cwd: folder, env: cleanEnvironment() });
    expect([code, stderr.split('\n')[0]]).toEqual([2, 'platform: cannot use generated/prod/terraform: no permission']);
    expect(lock()).toBe(before);
    expect(readdirSync(join(folder, 'generated/dev'))).not.toContain('.platform-write');
    chmodSync(join(folder, 'generated/prod/terraform'), 0o755);
    expect((await compile(folder)).code).toBe(0);
  }, 60_000);

  test('an environment of another platform in the same folder stays', async () => {
    const folder = await makeProject();
    const other = sample.replace('name: alps', 'name: andes').replace('  prod: {}', '  live: {}');
    writeFileSync(join(folder, 'other.yaml'), other.replace('  dev:', '  test:'));
    expect((await compile(folder, 'other.yaml')).code).toBe(0);
    expect(readdirSync(join(folder, 'generated')).sort()).toEqual(['dev', 'live', 'prod', 'test']);
    expect((await compile(folder, '--check', 'platform.yaml')).code).toBe(0);
  });
});

test('a file that is refused in one environment: nothing is written in any, and nothing is said to be', async () => {
  const folder = await makeProject();
  appendFileSync(join(folder, 'generated/dev/main.py'), '# mine\n');
  writeFileSync(join(folder, 'platform.yaml'), sample.replaceAll('europe-west1', 'europe-west4'));
  const { code, stdout } = await compile(folder);
  expect(code).toBe(1);
  expect(stdout).not.toContain('written');
  const { environments } = JSON.parse((await compile(folder, '--format', 'json')).stdout);
  expect(environments).toMatchObject([
    { environment: 'dev', written: [], removed: [], refused: [{ path: 'dev/main.py', reason: 'edited' }] },
    { environment: 'prod', written: [], removed: [], refused: [] },
  ]);
  expect(readFileSync(join(folder, 'generated/prod/terraform/main.tf'), 'utf8')).not.toContain('europe-west4');
});

test('two compiles at the same time both end well', async () => {
  const folder = await makeProject();
  // Each region has a zone b, where the sample's bastion is.
  for (const number of [1, 2, 3, 4, 6, 8, 9, 12]) {
    writeFileSync(join(folder, 'platform.yaml'), sample.replaceAll('europe-west1', `europe-west${number}`));
    const both = await Promise.all([compile(folder), compile(folder)]);
    expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(await compile(folder, '--check')).toMatchObject({ code: 0, stderr: '' });
  }
}, 60_000);
