import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { metaflowTarget } from '../../src/emit/metaflow.ts';
import { hostileValues, isUnpaired } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { metaflow, mypy, type PythonTool, pytest, pythonTool, ruff } from '../support/python.ts';
import { runOrThrow, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makePlatform } from './metaflow.fixture.ts';

describeWith(['python'], "the flows' Python", () => {
  let python: PythonTool;
  let folder = '';

  beforeAll(async () => {
    python = await pythonTool([...metaflow, ...mypy, ...pytest, ...ruff]);
    folder = makeTemporaryFolder('flows');
    const platform = makePlatform('cloudSql', 'workloads', 'metaflow', 'pipelines');
    for (const { path, text } of metaflowTarget.emit(platform, { specText: '' })) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  }, 600_000);

  /** Exit code and words of one of the tools, run in the environment's folder with nothing exported. */
  async function run(tool: string, ...args: readonly string[]) {
    const env = { PATH: process.env['PATH'], HOME: folder, METAFLOW_USER: 'test' };
    const { code, stdout, stderr } = await runProcess(tool, args, { cwd: folder, env });
    return { code, said: stdout + stderr };
  }

  test('says every name exactly, whatever is in it', async () => {
    const read =
      'import ast, json, sys\nsource = json.load(sys.stdin)\njson.dump([[ast.literal_eval(line.value) for line in ast.parse(text).body[1:4]] for text in source], sys.stdout)';
    const values = Object.values(hostileValues).filter((value) => !isUnpaired(value));
    const sources = values.map((value) => {
      const platform = { ...makePlatform('cloudSql'), name: value, environment: value };
      return metaflowTarget.emit(platform, { specText: '' }).find(({ path }) => path === 'main.py')?.text;
    });
    const { stdout } = await runOrThrow('python3', ['-c', read], { input: JSON.stringify(sources) });
    expect(JSON.parse(stdout)).toEqual(values.map((value) => [value, value, 'acme-earth']));
  });

  test('is formatted as ruff formats it', async () => {
    expect(await run(python.bin('ruff'), 'format', '--diff', '.')).toEqual({ code: 0, said: expect.any(String) });
  });

  test('has nothing that ruff finds fault with', async () => {
    // A line is only longer than ruff makes it where it holds a DSN or names a type of Metaflow's.
    const rules = ['--select', 'E,F,W,I,N,UP,B,C4,SIM,PTH,PERF,PIE,PLE,PLW,RUF,TRY', '--ignore', 'E501,TRY003'];
    expect(await run(python.bin('ruff'), 'check', ...rules, '.')).toEqual({ code: 0, said: expect.any(String) });
  });

  test('has the types it says', async () => {
    // Metaflow's own decorators and calls have no types.
    const strict = ['--strict', '--allow-untyped-decorators', '--allow-untyped-calls'];
    expect(await run(python.bin('mypy'), ...strict, 'metaflow_flows', 'main.py', 'tests')).toEqual({
      code: 0,
      said: expect.any(String),
    });
  });

  test('greets on any Python, without packages', async () => {
    const { code, said } = await run('python3', '-S', 'main.py');
    expect({ code, said }).toEqual({
      code: 0,
      said: 'Hello from sentinel2, environment default, in Google Cloud project acme-earth!\n',
    });
  });

  test('runs the command and draws the card as its own tests say', async () => {
    const tests = ['tests/test_platform_runner.py', 'tests/test_platform_card.py'];
    const { code, said } = await run(python.bin('pytest'), '-p', 'no:cacheprovider', ...tests);
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/ \d\d passed/) });
  });

  test.each(['sentinel2', 'none', 'a_name_of_thirty_characters_xx'])(
    'is a flow that Metaflow accepts: %s',
    async (stem) => {
      const { code, said } = await run(python.python, `metaflow_flows/${stem}_ingestion_flow.py`, 'check');
      expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('The graph looks good!') });
    },
  );

  test('is in the package that pods are given', async () => {
    const flow = 'metaflow_flows/sentinel2_ingestion_flow.py';
    const { code, said } = await run(python.python, flow, 'package', 'list');
    const shared = ['platform_card', 'platform_environment', 'platform_runner'];
    const packaged = shared.filter((name) => said.includes(`/metaflow_flows/${name}.py`));
    expect({ code, packaged }).toEqual({ code: 0, packaged: shared });
  });

  test('names only variables that Metaflow reads', async () => {
    const known = 'import metaflow.metaflow_config as c; print(*vars(c))';
    const names = (await run(python.python, '-c', known)).said.split(/\s+/);
    const config = metaflowTarget
      .emit(makePlatform('cloudSql', 'workloads', 'kubernetes', 'metaflowService', 'pipelines'), { specText: '' })
      .find(({ path }) => path.startsWith('configs/'));
    const wanted = [...(config?.text ?? '').matchAll(/^METAFLOW_(\w+)=/gm)].map((match) => match[1]);
    expect(wanted.length).toBe(10);
    expect(wanted.filter((name) => !names.includes(name ?? ''))).toEqual([]);
  });
});
