import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { describeWith } from '../../support/needs.ts';
import { checkTerraform, keepTerraformState } from '../../support/terraform.ts';
import { emitTerraform, writeFiles } from './emitted.ts';
import { listEphemeralPlaces, listKeptSecrets } from './ephemeral-places.ts';
import { listTerraformFolders } from './folders.ts';
import { cloudSql, makePlatform } from './platforms.ts';
import { readProviderSchemas } from './provider-schema.ts';

const schemas = readProviderSchemas();
// Hostile labels are other texts in the same places, and take this parser long.
const folders = listTerraformFolders().filter(({ name }) => !name.includes('hostile'));
const places = [
  { variable: 'db_password', address: 'google_secret_manager_secret_version.admin_password.secret_data_wo' },
  { variable: 'db_password', address: 'google_sql_user.admin.password_wo' },
];

/** Whether Terraform keeps nothing of what an argument is given. */
function isWriteOnly(address: string): boolean {
  const [type = '', , name = ''] = address.split('.');
  return schemas.resource.get(type)?.attributes[name]?.write_only === true;
}

describe('an ephemeral variable reaches nothing but write-only arguments', () => {
  test.each(folders.map(({ name, files }) => [name, files] as const))('%s', async (_, files) => {
    const found = await listEphemeralPlaces(files);
    const kept = found.filter(({ address }) => !isWriteOnly(address) && !address.startsWith('provider.'));
    expect(kept).toEqual([]);
  });

  test('which are these', async () => {
    const folder = folders.find(({ name }) => name === 'Cloud SQL with every default: terraform');
    const found = await listEphemeralPlaces(folder?.files ?? new Map());
    expect([...found].sort((a, b) => (a.address < b.address ? -1 : 1))).toEqual(places);
  });

  test('and no secret variable is kept, but where hosting.virtualMachines.passwords says metadata', async () => {
    for (const { name, files } of folders) {
      const expected = name.includes('from the metadata: terraform/postgres_vms');
      expect([name, await listKeptSecrets(files)]).toEqual([
        name,
        expected ? ['ingest_password', 'pgstac_password'] : [],
      ]);
    }
  });
});

describeWith(['go', 'python'], 'the admin password', () => {
  test('is refused by Terraform wherever it would be kept', async () => {
    // Each argument it reaches, as the one that is kept; and what could be written beside them.
    const kept = places.map(({ address }) => replaceArgument(address));
    const leaks = [
      'output "leak" {\n  value     = var.db_password\n  sensitive = true\n}\n',
      'locals {\n  leak = "a${var.db_password}"\n}\n\nresource "google_service_account" "leak" {\n  account_id = local.leak\n}\n',
    ];
    const leaking = [...kept, ...leaks.map((leak) => writeFolder(new Map([['leak.tf', leak]])))];
    const { stdout, code } = await checkTerraform(leaking);
    expect(code).toBe(1);
    for (const folder of leaking) {
      const [, said = ''] = stdout.split(`${folder}: validate failed\n`);
      expect(said.split(': fmt ')[0]).toMatch(/[Ee]phemeral/);
    }
  }, 900_000);

  test('is in no state and no plan', async () => {
    const password = 'Marked-4f1d0c-password';
    const kept = await keepTerraformState(writeFolder(), [`db_password=${password}`]);
    expect([...kept.keys()]).toEqual(
      expect.arrayContaining(['terraform.tfstate', 'plan.json', 'plan/tfplan', 'plan/tfstate']),
    );
    expect(kept.get('terraform.tfstate')).toContain('"type": "google_sql_user"');
    const holding = [...kept].filter(([, text]) => text.includes(password) || text.includes(btoa(password)));
    expect(holding.map(([name]) => name)).toEqual([]);
  }, 900_000);
});

/** The Terraform of a platform of defaults, with other files beside its own. */
function writeFolder(others: ReadonlyMap<string, string> = new Map()): string {
  const files = [...emitTerraform(makePlatform(cloudSql))];
  return writeFiles([...files.map(([path, text]) => [path.replace(/^terraform\//, ''), text] as const), ...others]);
}

/** The same with one write-only argument given as the one that Terraform keeps. */
function replaceArgument(address: string): string {
  const name = address.replace(/^.*\./, '');
  const folder = writeFolder();
  for (const file of ['databases.tf', 'secrets.tf']) {
    const text = readFileSync(join(folder, file), 'utf8');
    const given = new RegExp(`${name}( +)= var`);
    if (given.test(text)) {
      writeFileSync(join(folder, file), text.replace(given, `${name.replace('_wo', '')}$1   = var`));
      return folder;
    }
  }
  throw new Error(`${address}: not found`);
}
