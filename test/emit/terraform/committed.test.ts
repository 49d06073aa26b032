import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../../support/needs.ts';
import { projectRoot } from '../../support/root.ts';
import { makeTemporaryFolder } from '../../support/temporary.ts';
import { checkEachFolder, everyStepOk } from '../../support/terraform.ts';
import { type FolderShape, readFolderShape, writeRefusals, writeTestHead } from './folder-tests.ts';
import { listCommittedFolders, type TerraformFolder } from './folders.ts';

const committed = listCommittedFolders();

const partsRoot = join(projectRoot, 'test/emit/terraform/committed');

/** The parts of `committed/` that hold of a folder: those of its kind, and its own, which has its path for a name. */
function listParts(name: string, { resources }: FolderShape): readonly string[] {
  const isCloudSql = resources.has('google_sql_database_instance.main');
  return [
    ...(isCloudSql ? ['cloud-sql'] : []),
    ...(isCloudSql && !name.includes('/dev/') ? ['cloud-sql-production'] : []),
    ...(resources.has('google_compute_instance.database') ? ['machines'] : []),
    ...(existsSync(join(partsRoot, `${flatten(name)}.hcl`)) ? [flatten(name)] : []),
  ];
}

/** A copy of the folder, all that it reads from beside it included, with the tests that hold of it. */
async function copyWithTests({ name, files }: TerraformFolder, root: string): Promise<string> {
  const shape = await readFolderShape(files);
  const folder = join(root, flatten(name));
  cpSync(join(projectRoot, name), folder, { recursive: true });
  const head = writeTestHead(shape);
  const parts = listParts(name, shape).map((part) => readFileSync(join(partsRoot, `${part}.hcl`), 'utf8'));
  writeFileSync(join(folder, 'committed.tftest.hcl'), [head, ...parts].join('\n'));
  writeFileSync(join(folder, 'refusals.tftest.hcl'), [head, writeRefusals(shape)].join('\n'));
  return folder;
}

function flatten(name: string): string {
  return name.replaceAll('/', '-');
}

test('no part of committed/ is left over', async () => {
  const shapes = await Promise.all(
    committed.map(async ({ name, files }) => listParts(name, await readFolderShape(files))),
  );
  expect(readdirSync(partsRoot).sort()).toEqual([...new Set(shapes.flat())].map((part) => `${part}.hcl`).sort());
});

describeWith(['go', 'python'], 'every committed folder, by fmt, init, validate and test', () => {
  let copies: readonly string[];
  let results: ReadonlyMap<string, string>;

  beforeAll(async () => {
    const root = makeTemporaryFolder('committed');
    copies = await Promise.all(committed.map((folder) => copyWithTests(folder, root)));
    results = await checkEachFolder(copies);
  }, 900_000);

  test.each(committed.map(({ name }, index) => [name, index] as const))('%s', (_, index) => {
    expect(results.get(copies[index] ?? '')).toBe(everyStepOk);
  });
});
