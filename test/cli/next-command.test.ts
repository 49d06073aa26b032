import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { renderCommand } from '../../src/cli/render-command.ts';
import { cleanEnvironment, runCli } from '../support/cli.ts';
import { projectRoot } from '../support/root.ts';
import { runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

describe('renderCommand', () => {
  test('gives again what was given, and nothing else', () => {
    expect(renderCommand(['ingest', 'finish', 'RUN'], {})).toBe('platform ingest finish RUN');
    expect(renderCommand(['compile'], { env: ['dev', 'prod'], out: 'out' })).toBe(
      'platform compile --env dev prod --out out',
    );
  });

  test('a shell reads it back', async () => {
    const spec = "my maps/it's $HOME.yaml";
    const line = renderCommand(['ingest'], { spec, env: 'dev' });
    const { stdout } = await runProcess('sh', ['-c', `platform() { printf '%s\\n' "$@"; }; ${line}`]);
    expect(stdout.trimEnd().split('\n')).toEqual(['ingest', '--spec', spec, '--env', 'dev']);
  });
});

test('compile --check names the environment and the folder that it was given', async () => {
  const folder = makeTemporaryFolder('project');
  const example = readFileSync(join(projectRoot, 'examples/01-cloud-sql/platform.yaml'), 'utf8');
  writeFileSync(join(folder, 'platform.yaml'), example);
  const { stderr } = await runCli(['compile', '--check', '--env', 'dev', '--out', 'my out'], { cwd: folder });
  expect(stderr).toContain("To mend: platform compile platform.yaml --env dev --out 'my out'\n");
});

test('the lines of ingest plan run as they are printed, and a shard says how the run ends', async () => {
  const folder = makeTemporaryFolder('project');
  mkdirSync(join(folder, 'my maps'));
  writeFileSync(
    join(folder, 'my maps/platform.yaml'),
    `apiVersion: platform/v1
name: next
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-1-3840 } }
databases: { ingest: {}, pgstac: { pgstac: 0.9.11 } }
pipelines: { scenes: { source: { files: [items.ndjson] } } }
environments: { dev: {}, prod: {} }
`,
  );
  writeFileSync(join(folder, 'my maps/items.ndjson'), '');
  const given = ['--spec', 'my maps/platform.yaml', '--env', 'dev'];
  const plan = await runCli(['ingest', 'plan', '--shards', '1', ...given], { cwd: folder });
  const [shard = '', finish = '', ...others] = plan.stdout.trimEnd().split('\n');
  expect([plan.code, others]).toEqual([0, []]);
  const program = join(projectRoot, 'dist/cli/main.js');
  const run = (line: string) =>
    runProcess('sh', ['-c', `platform() { '${process.execPath}' '${program}' "$@"; }; ${line}`], {
      cwd: folder,
      env: cleanEnvironment(),
    });
  const first = await run(shard);
  expect(first).toMatchObject({ code: 0 });
  expect(first.stderr).toMatch(/run \S+ is open; once its shards are done: /);
  expect(first.stderr).toContain(`: ${finish}\n`);
  expect(await run(finish)).toMatchObject({ code: 0 });
}, 120_000);
