import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chooseVersions, type ProviderVersions, type TerraformFolder } from '../../diff/providers.ts';
import type { Context } from '../context.ts';
import { showPath } from '../show-path.ts';

/**
 * Which versions of the google provider may apply an environment: what its folders of Terraform on disk say, since it is
 * from there that they are applied.
 */
export async function readProviderVersions(
  context: Context,
  projectRoot: string,
  environment: string,
): Promise<ProviderVersions> {
  const terraform = join(projectRoot, 'generated', environment, 'terraform');
  const folders = [terraform, join(terraform, 'postgres_vms')];
  return chooseVersions(await Promise.all(folders.map((folder) => readFolder(folder, showPath(context, folder)))));
}

async function readFolder(folder: string, shown: string): Promise<TerraformFolder> {
  const [versionsTf, lock] = await Promise.all([
    readIfThere(join(folder, 'versions.tf')),
    readIfThere(join(folder, '.terraform.lock.hcl')),
  ]);
  return { shown, versionsTf, lock };
}

/** Null for a file that is not there or cannot be read: then diff says the worst of all versions it knows. */
async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}
