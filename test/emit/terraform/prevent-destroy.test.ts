import { parse } from '@cdktf/hcl2json';
import { expect, test } from '@jest/globals';
import { terraformTarget } from '../../../src/emit/terraform.ts';
import { makePlatform, virtualMachines } from './platforms.ts';

interface Parsed {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, readonly Guarded[]>>>>;
}

interface Guarded {
  readonly lifecycle?: readonly { readonly prevent_destroy?: boolean }[];
}

/** The addresses of what Terraform refuses to destroy, in the folder of the machines. No test of Terraform's sees them. */
async function listGuarded(hosting: object): Promise<readonly string[]> {
  const artifacts = terraformTarget.emit(makePlatform(virtualMachines, { hosting: { virtualMachines: hosting } }), {
    specText: '',
  });
  const files = artifacts.filter(({ path }) => /^terraform\/postgres_vms\/[^/]+\.tf$/.test(path));
  const parsed = (await Promise.all(files.map(({ path, text }) => parse(path, text)))) as readonly Parsed[];
  return parsed
    .flatMap(({ resource = {} }) => Object.entries(resource))
    .flatMap(([type, named]) =>
      Object.entries(named).flatMap(([name, [body]]) =>
        body?.lifecycle?.some(({ prevent_destroy }) => prevent_destroy === true) ? [`${type}.${name}`] : [],
      ),
    )
    .sort();
}

const key = 'projects/acme-keys/locations/europe-west1/keyRings/databases/cryptoKeys/machines';

test.each([
  ['what data is on, by default', {}, ['google_compute_disk.data', 'google_storage_bucket.backups']],
  ['with a key too', { encryptionKey: key }, ['google_compute_disk.data', 'google_storage_bucket.backups']],
  ['a bucket of the spec is none of ours', { backups: { bucket: 'gs://acme-backups' } }, ['google_compute_disk.data']],
  ['nothing without protection', { deletionProtection: false }, []],
])('Terraform destroys no data: %s', async (_, hosting, guarded) => {
  expect(await listGuarded(hosting)).toEqual(guarded);
});
