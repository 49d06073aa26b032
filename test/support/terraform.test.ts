import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeWith } from './needs.ts';
import { makeTemporaryFolder } from './temporary.ts';
import { checkTerraform } from './terraform.ts';

describeWith(['go', 'python'], 'checkTerraform', () => {
  test('passes what Terraform accepts and names the step that does not', async () => {
    const good = await makeModule(
      'resource "google_project_service" "sql" {\n  service = "sqladmin.googleapis.com"\n}\n',
    );
    const misspelt = await makeModule(
      'resource "google_project_service" "sql" {\n  servize = "sqladmin.googleapis.com"\n}\n',
    );
    const unformatted = await makeModule(
      'resource "google_project_service" "sql" {\nservice="sqladmin.googleapis.com"\n}\n',
    );

    expect(await checkTerraform([good])).toMatchObject({ code: 0, stdout: expect.stringContaining('validate ok') });
    const bad = await checkTerraform([good, misspelt, unformatted]);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain(`${good}: validate ok`);
    expect(bad.stdout).toContain(`${misspelt}: validate failed`);
    expect(bad.stdout).toContain(`${unformatted}: fmt failed`);
  }, 1_200_000);
});

async function makeModule(text: string): Promise<string> {
  const folder = makeTemporaryFolder('module');
  await writeFile(join(folder, 'main.tf'), text);
  return folder;
}
