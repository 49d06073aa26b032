import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { publint } from 'publint';
import { cleanEnvironment } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { runOrThrow, runProcess } from '../support/run.ts';
import { copySample, type RunPlatform, smokeMistake, smokePlatform } from '../support/smoke.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

describeWith(['python'], 'the package, installed from its tarball into an empty folder', () => {
  let tarball: string;
  let installed: string;

  beforeAll(async () => {
    const folder = makeTemporaryFolder('package');
    // `npm test` has built dist/; packing again would rebuild it below the suites that run it.
    await runOrThrow('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
      cwd: projectRoot,
    });
    tarball = join(folder, (await readdir(folder))[0] ?? '');
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    const install = ['install', tarball, '--prefer-offline', '--no-audit', '--no-fund', '--silent'];
    await runOrThrow('npm', install, { cwd: folder, timeout: 300_000 });
    installed = join(folder, 'node_modules/platform');
  }, 400_000);

  const platform: RunPlatform = (args, folder) =>
    runProcess(join(installed, '../.bin/platform'), args, { cwd: folder, env: cleanEnvironment() });

  test('compiles, initialises and ingests its own sample', async () => {
    await smokePlatform(platform, await copySample(installed));
  }, 180_000);

  test('says where a mistake is', async () => {
    await smokeMistake(platform, await copySample(installed));
  });

  test('exports the compiler and the schema to other programs', async () => {
    const program = `
      import { readFileSync } from 'node:fs';
      import { compilePlatform, resolveSpec } from 'platform';
      import schema from 'platform/schema' with { type: 'json' };
      const path = process.argv[2];
      const text = readFileSync(path, 'utf8');
      const resolved = await resolveSpec({ path, text });
      const paths = compilePlatform(resolved.value[0], text).map((artifact) => artifact.path);
      console.log(schema.title.length > 0, paths.includes('platform.lock.json'));`;
    const file = join(installed, '../../program.mjs');
    await writeFile(file, program);
    const { stdout } = await runOrThrow(process.execPath, [
      '--no-warnings',
      file,
      join(installed, 'spec/platform.yaml'),
    ]);
    expect(stdout).toBe('true true\n');
  });

  test('holds what it needs and nothing of the workshop', async () => {
    const folders = (await readdir(installed)).filter((name) => name !== 'node_modules').sort();
    expect(folders).toEqual(['LICENSE', 'README.md', 'dist', 'examples', 'package.json', 'schema', 'spec']);
    const { version } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8'));
    expect(await platform(['--version'], installed)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('passes publint', async () => {
    const { buffer } = new Uint8Array(await readFile(tarball));
    expect((await publint({ pack: { tarball: buffer }, strict: true })).messages).toEqual([]);
  });
});
