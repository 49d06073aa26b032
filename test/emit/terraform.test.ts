import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { listSqlScripts } from '../../src/emit/sql.ts';
import type { Platform } from '../../src/model/platform.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { checkEachFolder, everyStepOk } from '../support/terraform.ts';
import { emitTerraform, writeTerraform } from './terraform/emitted.ts';
import { readFolderShape, writeRefusals, writeTestHead } from './terraform/folder-tests.ts';
import { cloudSql, makePlatform, virtualMachines } from './terraform/platforms.ts';
import { variants } from './terraform/variants.ts';

/** The files that say which variables and providers a folder has. */
function readDeclarations(folder: string): ReadonlyMap<string, string> {
  return new Map(['variables.tf', 'versions.tf'].map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** The folders of Terraform that a variant compiles to, each with its tests. */
async function writeWithTests({ platform, tests = [] }: (typeof variants)[string]): Promise<readonly string[]> {
  const folder = writeTerraform(platform);
  const isCloudSql = platform.hosting.kind === 'cloudSql';
  const folders = ['terraform', ...(isCloudSql ? [] : ['terraform/postgres_vms'])].map((path) => join(folder, path));
  for (const [index, made] of folders.entries()) {
    for (const file of (tests[index] ?? []).map((name) => `${name}.tftest.hcl`))
      copyFileSync(join(projectRoot, 'test/emit/terraform', file), join(made, file));
    const shape = await readFolderShape(readDeclarations(made));
    writeFileSync(join(made, 'refusals.tftest.hcl'), [writeTestHead(shape), writeRefusals(shape)].join('\n'));
  }
  return folders;
}

describeWith(['go', 'python'], "Terraform's own checks", () => {
  const folders = new Map<string, readonly string[]>();
  let results: ReadonlyMap<string, string>;

  beforeAll(async () => {
    for (const [name, variant] of Object.entries(variants)) folders.set(name, await writeWithTests(variant));
    results = await checkEachFolder([...folders.values()].flat());
  }, 900_000);

  test.each(Object.keys(variants))('%s', (name) => {
    for (const folder of folders.get(name) ?? []) expect(results.get(folder)).toBe(everyStepOk);
  });
});

describe('the state', () => {
  const inBucket = (changes: Parameters<typeof makePlatform>[1], environment?: string) => {
    const files = emitTerraform(makePlatform(virtualMachines, changes, environment));
    return [files.get('terraform/versions.tf'), files.get('terraform/postgres_vms/versions.tf')].map(
      (text) => /prefix = (".*")/.exec(text ?? '')?.[1],
    );
  };

  test('of each folder has a prefix of its own', () => {
    expect(inBucket({ gcp: { terraformState: 'gs://acme-state/a/b' } })).toEqual(['"a/b"', '"a/b/postgres_vms"']);
    expect(inBucket({ gcp: { terraformState: 'gs://acme-state' } })).toEqual(['""', '"postgres_vms"']);
  });

  test('of each environment too, though they share the bucket of the base', () => {
    // The machines have the same names in every environment, so each has a zone of its own.
    const prod = { hosting: { virtualMachines: { zone: 'europe-west1-c' } } };
    const changes = { gcp: { terraformState: 'gs://acme-state/a' }, environments: { dev: {}, prod } };
    expect(inBucket(changes, 'dev')).toEqual(['"a/dev"', '"a/dev/postgres_vms"']);
    expect(inBucket(changes, 'prod')).toEqual(['"a/prod"', '"a/prod/postgres_vms"']);
  });

  test('is local where the spec names no bucket, and the file says so', () => {
    const text = emitTerraform(makePlatform(cloudSql)).get('terraform/versions.tf');
    expect(text).not.toContain('backend');
    expect(text).toContain('terraform.tfstate');
  });
});

test('the machines are given the very SQL of the sql folder', () => {
  const { platform } = variants['virtual machines'] as { platform: Platform };
  const files = emitTerraform(platform);
  const given = listSqlScripts(platform).map(({ database, path }) =>
    path.replace(/^sql/, `terraform/postgres_vms/sql/${database}`),
  );
  expect(given.map((path) => files.get(path))).toEqual(listSqlScripts(platform).map(({ text }) => text));
});

// Compute Engine's documentation, 'About VM metadata': 256 KB a value, 512 KB of all.
test('what the machines are given fits into their metadata', () => {
  const files = [...emitTerraform(variants['virtual machines with everything']?.platform as Platform)];
  for (const database of ['ingest', 'pgstac']) {
    const given = files.filter(
      ([path]) => path.includes(`startup-${database}.sh`) || path.includes(`/sql/${database}/`),
    );
    const sizes = given.map(([, text]) => Buffer.byteLength(text));
    expect(sizes.length).toBeGreaterThan(3);
    expect(Math.max(...sizes)).toBeLessThan(256 * 1024);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(512 * 1024);
  }
});
