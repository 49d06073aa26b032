import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { gitEnvironment } from '../support/git.ts';
import { projectRoot } from '../support/root.ts';
import { runOrThrow } from '../support/run.ts';
import { readPageData, writePage } from '../support/view.ts';
import { makeProject } from './sample-project.ts';

const example = (name: string) => readFileSync(join(projectRoot, 'examples', name, 'platform.yaml'), 'utf8');

describe('platform view', () => {
  test('writes one file beside the spec and says where it is', async () => {
    const cwd = makeProject();
    const result = await runCli(['view', '--format', 'json'], { cwd });
    expect(result).toMatchObject({ code: 0, stderr: expect.stringMatching(/^pgstac .*\ningest .*\n$/) });
    const { file, bytes } = JSON.parse(result.stdout);
    expect(file).toBe('.platform/view.html');
    const page = readFileSync(join(cwd, file), 'utf8');
    expect(bytes).toBe(Buffer.byteLength(page));
    expect(bytes).toBeLessThan(2_000_000);
    expect(readPageData(page)).toMatchObject({
      name: 'sentinel2',
      spec: { path: 'spec/platform.yaml' },
      environments: [{ name: 'default', project: 'acme-earth', region: 'europe-west1' }],
    });
  });

  test('shows every environment, or the one that was asked for', async () => {
    const cwd = makeProject(example('01-cloud-sql'));
    const namesOf = async (args: readonly string[]) => {
      const { code, stdout } = await runCli(['view', '--out', 'page.html', ...args], { cwd });
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^page\.html \(\d+ KB\): open it in a browser\n$/)]);
      const { environments } = readPageData(readFileSync(join(cwd, 'page.html'), 'utf8'));
      return environments.map(({ name }) => name);
    };
    expect(await namesOf([])).toEqual(['dev', 'prod']);
    expect(await namesOf(['--env', 'prod'])).toEqual(['prod']);
  });

  test('says why a page cannot be written, and what to do', async () => {
    const cwd = makeProject();
    const { code, stderr } = await runCli(['view', '--out', 'spec'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot write spec: .*\n.*name another file with --out/);
    expect(readdirSync(cwd)).toEqual(['spec']);
  });

  test('shows all that compile writes, byte for byte', async () => {
    for (const spec of [example('01-cloud-sql'), example('02-virtual-machines')]) {
      const cwd = makeProject(spec);
      expect(await runCli(['compile'], { cwd })).toMatchObject({ code: 0 });
      const { data } = await writePage(cwd);
      for (const { name, artifacts } of data.environments) {
        const folder = join(cwd, 'generated', name);
        const written = readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((path) => statSync(join(folder, path)).isFile())
          .sort();
        expect(artifacts.files.map(({ path }) => path)).toEqual(written);
        for (const { path, text, bytes } of artifacts.files) {
          expect(text).toBe(readFileSync(join(folder, path), 'utf8'));
          expect(bytes).toBe(statSync(join(folder, path)).size);
        }
      }
    }
  });
});

describe('the lines of a page', () => {
  test('are made by what explain says', async () => {
    const cwd = makeProject();
    await runCli(['compile'], { cwd });
    const { data } = await writePage(cwd);
    const { files, places } = data.environments[0]?.artifacts ?? { files: [], places: [] };
    await runCli(['explain', '--map'], { cwd });
    const map = JSON.parse(readFileSync(join(cwd, '.platform/default.map.json'), 'utf8'));
    const said = files.flatMap(({ path, causes }) =>
      causes.flatMap(([from = 0, to = 0, ...numbers]) =>
        numbers.map((number) => {
          const place = places[Math.abs(number) - 1];
          const effect = number > 0 ? 'text' : 'presence';
          return place?.kind === 'whole' ? null : `${path}:${from}-${to} ${place?.path} ${effect}`;
        }),
      ),
    );
    const mapped = Object.entries<readonly MapLine[]>(map.lines).flatMap(([path, entries]) =>
      entries.flatMap(({ lines: [from, to], causes }) =>
        causes
          .filter((cause) => cause.path !== '')
          .map((cause) => `${path}:${from}-${to} ${cause.path} ${cause.effect}`),
      ),
    );
    expect(said.filter((one) => one !== null).sort()).toEqual(mapped.sort());
    const tier = places.find(({ path }) => path === 'hosting.cloudSql.tier');
    expect(data.spec.lines[(tier?.line ?? 0) - 1]).toContain('tier: db-custom-4-16384');
  });
});

interface MapLine {
  readonly lines: readonly [number, number];
  readonly causes: readonly { readonly path: string; readonly effect: string }[];
}

describe('the changes of a page', () => {
  test('are those of diff, in its order', async () => {
    const spec = example('01-cloud-sql');
    const cwd = makeProject(spec);
    await runCli(['compile'], { cwd });
    const git = (...args: readonly string[]) =>
      runOrThrow('git', [...args], { cwd, env: { PATH: process.env['PATH'], ...gitEnvironment } });
    await git('init', '--quiet');
    await git('add', '.');
    await git('commit', '--quiet', '--message', 'first');
    const changed = spec
      .replace('tier: db-custom-4-16384', 'tier: db-custom-8-32768')
      .replace(/ {4}stac-api: .*\n/, '');
    await writeFile(join(cwd, 'spec/platform.yaml'), changed);
    for (const against of [[], ['--against', 'HEAD']]) {
      const { stdout } = await runCli(['diff', '--format', 'json', ...against], { cwd });
      const { data } = await writePage(cwd, against);
      const shown = data.environments.flatMap(({ name, changes }) =>
        changes.changes.map(
          (one) =>
            `${name} ${one.resource} ${one.field} ${one.impact} ${one.rule.id} ${one.places.map(({ line }) => line)}`,
        ),
      );
      const said = (JSON.parse(stdout).changes as readonly SaidChange[]).map(
        (one) =>
          `${one.environment} ${one.resource} ${one.field} ${one.impact} ${one.rule.id} ${one.places.map(({ line }) => line)}`,
      );
      expect(shown.length).toBeGreaterThan(1);
      expect(shown).toEqual(said);
    }
  });

  test('say why there are none to see, where the lock cannot be read; what was asked for fails', async () => {
    const cwd = makeProject();
    await runCli(['compile'], { cwd });
    await writeFile(join(cwd, 'generated/default/platform.lock.json'), '<<<<<<< HEAD\n');
    const { data } = await writePage(cwd);
    expect(data.environments[0]?.changes.problem).toMatch(/is not JSON.*compile --force/);
    expect(await runCli(['view', '--against', 'nowhere'], { cwd })).toMatchObject({ code: 2 });
  });
});

interface SaidChange {
  readonly environment: string;
  readonly resource: string;
  readonly field: string | null;
  readonly impact: string;
  readonly rule: { readonly id: string };
  readonly places: readonly { readonly line: number }[];
}
