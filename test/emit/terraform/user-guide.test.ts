import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { terraformTarget } from '../../../src/emit/terraform.ts';
import type { Platform } from '../../../src/model/platform.ts';
import { describeWith } from '../../support/needs.ts';
import { projectRoot } from '../../support/root.ts';
import { makeTemporaryFolder } from '../../support/temporary.ts';
import { runWithTerraform } from '../../support/terraform.ts';

const environments = ['generated', 'examples']
  .flatMap((root) =>
    readdirSync(join(projectRoot, root), { recursive: true, encoding: 'utf8' }).map((path) => join(root, path)),
  )
  .filter((path) => /generated\/[^/]+\/README\.md$/.test(path))
  .map((path) => dirname(path))
  .sort();

/** All that a shell, `read` or Terraform could take for something else, and no character of control. */
const password = `it's $a "pass word" \\1 %{x} \${y}`;

/** What is not here, each as its arguments; the password, where Secret Manager is asked for it. */
const commands = {
  gcloud: [
    'case "$*" in',
    `*'versions access'*) printf %s '${password.replaceAll("'", "'\\''")}' ;;`,
    "*'get-value account'*) echo ana@example.org ;;",
    '*) printf "%s\\n" gcloud "$@" ;;',
    'esac',
  ].join('\n'),
  psql: 'printf "%s\\n" "psql, PGSSLMODE=$PGSSLMODE" "$@"',
  'cloud-sql-proxy': 'printf "%s\\n" cloud-sql-proxy "$@"',
};

/** What a guide gives to a shell, in its order. */
function listBlocks(environment: string): readonly string[] {
  const readme = readFileSync(join(projectRoot, environment, 'README.md'), 'utf8');
  return [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
}

/** The lines of the output `commands`, as Terraform shows them and as one would copy them. */
async function copyCommands(folder: string): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await runWithTerraform('terraform output commands', { cwd: folder, input: '', commands });
  return new Map([...stdout.matchAll(/"?(\w+)"? = "(.*)"$/gm)].map(([, name = '', line = '']) => [name, line]));
}

test('each environment has a guide that applies and destroys', () => {
  expect(environments.length).toBeGreaterThan(4);
  for (const environment of environments) {
    const blocks = listBlocks(environment);
    expect(blocks).toContainEqual(expect.stringContaining('terraform init && terraform apply -var project_id='));
    expect(blocks.filter((block) => block.includes('terraform destroy'))).toHaveLength(1);
  }
});

describeWith(['go', 'python'], 'the user guide', () => {
  test.each(environments)(
    'of %s does as it is written',
    async (environment) => {
      const cwd = join(makeTemporaryFolder('user-guide'), 'environment');
      cpSync(join(projectRoot, environment), cwd, { recursive: true });
      const blocks = listBlocks(environment).filter((block) => /\bterraform (apply|destroy|output)\b/.test(block));
      for (const [index, block] of blocks.entries()) {
        if (block.includes('terraform destroy')) {
          // A provider to which everything succeeds refuses nothing: that is Terraform's own refusal.
          if (block.includes('postgres_vms')) await expectRefused(cwd);
          compileUnprotected(cwd);
        }
        const { code, stderr } = await runWithTerraform(block, { cwd, input: `${password}\n`, commands });
        expect({ block, code, stderr }).toEqual({ block, code: 0, stderr: '' });
        if (index === 0)
          await checkOutputs(cwd, block.includes('postgres_vms') ? 'terraform/postgres_vms' : 'terraform');
      }
    },
    900_000,
  );
});

/** `deletionProtection: false` in the spec, compiled, as the guide has it before its last block. */
function compileUnprotected(environment: string): void {
  const lock = JSON.parse(readFileSync(join(environment, 'platform.lock.json'), 'utf8')) as { platform: Platform };
  const platform = { ...lock.platform, hosting: { ...lock.platform.hosting, deletionProtection: false } };
  for (const { path, text } of terraformTarget.emit(platform, { specText: '' }))
    writeFileSync(join(environment, path), text);
}

/** While the databases' disks are protected, they are there after a destroy too. */
async function expectRefused(environment: string): Promise<void> {
  const cwd = join(environment, 'terraform/postgres_vms');
  const { code, stderr } = await runWithTerraform('terraform destroy', { cwd, input: '', commands });
  expect(code).not.toBe(0);
  expect(stderr).toContain('google_compute_disk.data');
  expect(stderr).toContain('lifecycle.prevent_destroy');
}

async function checkOutputs(cwd: string, path: string): Promise<void> {
  const folder = join(cwd, path);
  const lines = await copyCommands(folder);
  expect(lines.size).toBeGreaterThan(4);
  for (const [name, line] of lines) {
    const { code, stdout } = await runWithTerraform(line, { cwd: folder, input: '', commands });
    expect({ name, code }).toEqual({ name, code: 0 });
    if (name.startsWith('psql_')) {
      const where = ['--host=127.0.0.1', '--port=5432', '--username=ana@example.org', name.slice('psql_'.length)];
      expect(stdout.trim().split('\n')).toEqual(['psql, PGSSLMODE=disable', ...where]);
    }
    if (/password$/.test(name)) expect(stdout).toBe(password);
  }
  if (path !== 'terraform') return;
  const raw = ['instance_connection_name', 'private_ip_address', 'service_account_email'];
  const script = raw.map((name) => `terraform output -raw ${name}`).join('\necho\n');
  const { code, stdout } = await runWithTerraform(script, { cwd: folder, input: '', commands });
  expect({ code, lines: stdout.split('\n').length }).toEqual({ code: 0, lines: raw.length });
}
