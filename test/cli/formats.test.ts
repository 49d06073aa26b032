import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Log } from 'sarif';
import { runCli } from '../support/cli.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const sample = readFileSync(join(projectRoot, 'spec/platform.yaml'), 'utf8');
const bad = sample.replace('availability: regional', 'availability: regionel');

/** A repository with a platform in a folder of it. */
function project(spec = sample): string {
  const folder = join(makeTemporaryFolder('project'), 'platform');
  mkdirSync(join(folder, '../.git'), { recursive: true });
  mkdirSync(join(folder, 'spec'), { recursive: true });
  writeFileSync(join(folder, 'spec/platform.yaml'), spec);
  return folder;
}

function readRun(stdout: string): Log['runs'][number] {
  const [run] = (JSON.parse(stdout) as Log).runs;
  if (run === undefined) throw new Error('a log without a run');
  return run;
}

describe('validate', () => {
  test('--format sarif: paths from the root of the repository', async () => {
    const { code, stdout, stderr } = await runCli(['validate', '--format', 'sarif'], { cwd: project(bad) });
    expect([code, stderr]).toEqual([2, '']);
    expect(readRun(stdout).results).toMatchObject([
      {
        ruleId: 'PF104',
        locations: [{ physicalLocation: { artifactLocation: { uri: 'platform/spec/platform.yaml' } } }],
      },
    ]);
  });

  test('--format github', async () => {
    const { code, stdout, stderr } = await runCli(['validate', '--format=github'], { cwd: project(bad) });
    const line = bad.split('\n').findIndex((text) => text.includes('regionel')) + 1;
    expect([code, stderr]).toEqual([2, '']);
    expect(stdout).toBe(
      `::error file=platform/spec/platform.yaml,line=${line},col=19,endLine=${line},endColumn=27,title=PF104::hosting.cloudSql.availability cannot be "regionel"%0A→ did you mean regional?\n`,
    );
  });

  test('nothing wrong: no results, no commands', async () => {
    const folder = project();
    const sarif = await runCli(['validate', '--format', 'sarif'], { cwd: folder });
    expect([sarif.code, readRun(sarif.stdout).results]).toEqual([0, []]);
    expect(await runCli(['validate', '--format', 'github'], { cwd: folder })).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('compile --check', () => {
  test('each file that differs is a result of a rule of its own', async () => {
    const folder = project();
    await runCli(['compile'], { cwd: folder });
    const at = (path: string) => join(folder, 'generated/default', path);
    rmSync(at('main.py'));
    appendFileSync(at('terraform/outputs.tf'), '# mine\n');
    const again = ['compile', '--check', '--format'];
    const sarif = await runCli([...again, 'sarif'], { cwd: folder });
    expect(sarif.code).toBe(1);
    const results = readRun(sarif.stdout).results?.map(({ ruleId, locations }) => [
      ruleId,
      locations?.[0]?.physicalLocation?.artifactLocation?.uri,
    ]);
    expect(results).toEqual([
      ['file-missing', 'platform/generated/default/main.py'],
      ['file-edited', 'platform/generated/default/terraform/outputs.tf'],
    ]);
    const github = await runCli([...again, 'github'], { cwd: folder });
    expect(github.code).toBe(1);
    expect(github.stdout.split('\n')).toEqual([
      '::error file=platform/generated/default/main.py,title=file-missing::A generated file is missing. To mend: platform compile spec/platform.yaml',
      '::error file=platform/generated/default/terraform/outputs.tf,title=file-edited::A generated file was edited by hand. To mend: platform compile spec/platform.yaml --force',
      '',
    ]);
  });

  test('stale and orphaned files, and a file that is not ours', async () => {
    const folder = project(sample.replace('name: sentinel2', 'name: sentinel3'));
    await runCli(['compile'], { cwd: folder });
    writeFileSync(join(folder, 'spec/platform.yaml'), sample.replace(/^pipelines:\n(?: .*\n)+/m, ''));
    const { stdout } = await runCli(['compile', '--check', '--format', 'sarif'], { cwd: folder });
    const rules = readRun(stdout).tool.driver.rules?.map(({ id }) => id);
    expect(rules).toEqual(['file-stale', 'file-orphaned']);
  });
});

describe('a command that ends early', () => {
  test('wrong arguments', async () => {
    const cwd = project();
    const run = (format: string) => runCli(['validate', '--colour', '--format', format], { cwd });
    const json = await run('json');
    expect(json).toMatchObject({ code: 2, stderr: "error: unknown option '--colour'\n(add --help for the options)\n" });
    expect(JSON.parse(json.stdout)).toEqual({ error: { message: "unknown option '--colour'" } });
    expect(await run('github')).toMatchObject({ code: 2, stdout: "::error::unknown option '--colour'\n" });
    expect(readRun((await run('sarif')).stdout).invocations).toMatchObject([
      {
        executionSuccessful: false,
        exitCode: 2,
        toolExecutionNotifications: [{ message: { text: "unknown option '--colour'" } }],
      },
    ]);
  });

  test('what was meant is the hint', async () => {
    const { stdout } = await runCli(['valdate', '--format', 'json'], { cwd: project() });
    expect(JSON.parse(stdout)).toEqual({
      error: { message: "unknown command 'valdate'", hint: 'Did you mean validate?' },
    });
  });

  test('no spec, or an environment that is not there', async () => {
    const cwd = project();
    const { code, stdout } = await runCli(['validate', '--env', 'prod', '--format', 'github'], { cwd });
    expect([code, stdout]).toEqual([2, '::error::the spec has no environment "prod"%0A→ it has default\n']);
    const sarif = await runCli(['compile', 'nowhere.yaml', '--check', '--format', 'sarif'], { cwd });
    expect([sarif.code, readRun(sarif.stdout).invocations?.[0]?.executionSuccessful]).toEqual([2, false]);
  });

  test.each(['pretty', 'json', 'sarif', 'github'])(
    'a secret that was typed or written is not repeated: %s',
    async (format) => {
      const dsn = 'postgresql://ana:hunter2@db.example.org/pgstac';
      const written = `${sample}dsn: "${dsn}"\npassword: hunter2\n`;
      const runs = [
        await runCli(['validate', '--format', format], { cwd: project(written) }),
        await runCli(['validate', dsn, '--format', format], { cwd: project() }),
        await runCli([dsn, '--format', format], { cwd: project() }),
      ];
      for (const { code, stdout, stderr } of runs) {
        expect(code).toBe(2);
        expect(stdout + stderr).not.toContain('hunter2');
      }
    },
  );
});
