import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { cleanEnvironment, runCli } from '../support/cli.ts';
import { gitEnvironment } from '../support/git.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { down, enter, interrupt, type Turn, typeAnswers } from '../support/typed-answers.ts';

const command = `'${process.execPath}' '${join(projectRoot, 'dist/cli/main.js')}' init`;

describeWith(['script'], 'init on a terminal', () => {
  const run = (cwd: string, turns: readonly Turn[], flags = '', env = {}) =>
    typeAnswers(`${command} ${flags}`, turns, { cwd, env: { ...cleanEnvironment(), ...env } });

  const first: readonly Turn[] = [
    ['Name of the platform', `\u0015alps${enter}`],
    ['Google Cloud project', `acme-earth${enter}`],
    ['Region', enter],
    ['VPC network', enter],
  ];

  test('asks for everything, suggests what it can, and writes what was said', async () => {
    const cwd = makeTemporaryFolder('questions');
    const { code, screen } = await run(cwd, [
      ...first,
      ['Where do the databases run?', down + enter],
      ['Zone of both machines', enter],
      ['Address ranges', enter],
      ['pgSTAC release', enter],
      ['GKE cluster', `1.33${enter}`],
      ['Does Metaflow run', `y`],
      ["Bucket of Metaflow's datastore", enter],
      ['metadata service', enter],
      ['Image that its pods run', enter],
      ['What is loaded first?', enter],
      ['URL of the STAC API', enter],
      ['Its collections', `sentinel-2-l2a, landsat-c2-l2${enter}`],
      ['West, south, east, north', `-5.9, 45.8, 10.5, 47.8${enter}`],
      ['Time, START/END', `2024-01-01/..${enter}`],
      ['Name of the pipeline', enter],
      ['Environments', enter],
    ]);
    expect([code, screen]).toEqual([0, expect.stringContaining('platform ingest')]);
    expect(parse(readFileSync(join(cwd, 'platform.yaml'), 'utf8'))).toMatchObject({
      name: 'alps',
      gcp: { project: 'acme-earth', region: 'europe-west1', network: 'projects/acme-earth/global/networks/default' },
      hosting: { virtualMachines: { zone: 'europe-west1-b', clients: ['10.0.0.0/8'] } },
      databases: { pgstac: { pgstac: '0.9.11' } },
      kubernetes: { version: '1.33' },
      metaflow: {
        datastore: 'gs://acme-earth-metaflow',
        image: 'europe-west1-docker.pkg.dev/acme-earth/platform/runner:1.0.0',
      },
      pipelines: {
        'sentinel-2-l2a': {
          source: {
            stacApi: {
              url: 'https://earth-search.aws.element84.com/v1',
              collections: ['sentinel-2-l2a', 'landsat-c2-l2'],
              bbox: [-5.9, 45.8, 10.5, 47.8],
              datetime: '2024-01-01/..',
            },
          },
        },
      },
    });
    expect(await runCli(['validate'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  }, 60_000);

  test('says of a wrong answer what validate would say, at once, and asks only what no flag said', async () => {
    const cwd = makeTemporaryFolder('questions');
    const flags =
      '--name alps --hosting cloudSql --pgstac 0.10.0 --files a.ndjson --pipeline a --environments dev prod';
    const { code, screen } = await run(
      cwd,
      [
        ['Google Cloud project', `Acme${enter}`],
        ['gcp.project cannot be "Acme"', `\u0015acme-earth${enter}`],
        ['Region', `\u0015europe${enter}`],
        ['gcp.region cannot be "europe"', `\u0015europe-west4${enter}`],
        ['VPC network', enter],
        ['GKE cluster', enter],
        ['Does Metaflow run', 'n'],
      ],
      flags,
      { NO_COLOR: '1' },
    );
    expect([code, screen]).toEqual([0, expect.stringContaining('europe-west4')]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with an escape.
    expect(screen).not.toMatch(/\u001b\[[\d;]*3\d[\d;]*m/);
    expect(screen).not.toContain('Where do the databases run?');
    expect(parse(readFileSync(join(cwd, 'platform.yaml'), 'utf8'))).toMatchObject({
      gcp: { region: 'europe-west4', network: 'projects/acme-earth/global/networks/default' },
      databases: { pgstac: { pgstac: '0.10.0' } },
    });
  }, 60_000);

  test('Ctrl-C writes nothing and exits 130; a wrong flag is told before the first question', async () => {
    const cwd = makeTemporaryFolder('questions');
    const { code, screen } = await run(cwd, [...first, ['Where do the databases run?', interrupt]], 'maps');
    expect([code, screen]).toEqual([130, expect.stringContaining('nothing was written')]);
    expect(readdirSync(cwd)).toEqual([]);
    const wrong = await run(cwd, [], '--region Europe');
    expect([wrong.code, wrong.screen]).toEqual([2, expect.stringContaining('gcp.region cannot be "Europe"')]);
    expect(existsSync(join(cwd, 'platform.yaml'))).toBe(false);
    expect((await run(cwd, [], '--yes --project acme-earth')).code).toBe(0);
    const again = await run(cwd, []);
    expect([again.code, again.screen]).toEqual([2, expect.stringContaining('platform.yaml is there already')]);
  }, 60_000);

  test('offers the workflow where one could be written', async () => {
    const cwd = makeTemporaryFolder('questions');
    await runOrThrow('git', ['init', '--quiet'], { cwd, env: { ...cleanEnvironment(), ...gitEnvironment } });
    writeFileSync(join(cwd, 'package.json'), '{ "devDependencies": { "platform": "github:acme/platform" } }');
    const flags = '--name alps --project acme-earth --region europe-west1 --hosting cloudSql --pgstac 0.9.11';
    const more = '--network projects/acme-earth/global/networks/main --kubernetes 1.33 --files a.json --pipeline a';
    const turns: readonly Turn[] = [
      ['Does Metaflow run', 'n'],
      ['Environments', enter],
      ['A GitHub workflow', 'y'],
    ];
    expect((await run(cwd, turns, `${flags} ${more}`)).code).toBe(0);
    expect(existsSync(join(cwd, '.github/workflows/platform.yaml'))).toBe(true);
  }, 60_000);
});
