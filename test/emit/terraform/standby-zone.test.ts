import { parse } from '@cdktf/hcl2json';
import { expect, test } from '@jest/globals';
import { terraformTarget } from '../../../src/emit/terraform.ts';
import { cloudSql, makePlatform } from './platforms.ts';

const standbyZone = '${settings[0].location_preference[0].secondary_zone}';

interface Ignoring {
  readonly resource: { readonly google_sql_database_instance: Readonly<Record<string, readonly unknown[]>> };
}

/** What the plan leaves alone of the instance, or of its replicas. */
async function readIgnored(hosting: object, file: 'instance' | 'replicas'): Promise<readonly string[]> {
  const platform = makePlatform(cloudSql, { hosting: { cloudSql: hosting } });
  const artifact = terraformTarget.emit(platform, { specText: '' }).find(({ path }) => path === `terraform/${file}.tf`);
  const { resource } = (await parse(file, artifact?.text ?? '')) as unknown as Ignoring;
  const [instance] = Object.values(resource.google_sql_database_instance)[0] as [
    { lifecycle?: readonly { ignore_changes: readonly string[] }[] },
  ];
  return instance.lifecycle?.[0]?.ignore_changes ?? [];
}

// Cloud SQL gives the zone it chose for a standby back, and the provider would take it away in every plan
// (hashicorp/terraform-provider-google #12099, terraform-google-sql-db #320).
test.each([
  ['a standby without a zone is where Cloud SQL puts it', { zone: 'europe-west1-b' }, true],
  ['even where the disk does not grow', { zone: 'europe-west1-b', disk: { autoresize: false } }, true],
  ['a standby with a zone is moved there', { zone: 'europe-west1-b', secondaryZone: 'europe-west1-c' }, false],
  ['a zonal instance has none', { zone: 'europe-west1-b', availability: 'zonal' }, false],
  ['without a zone nothing is written that could differ', {}, false],
])('%s', async (_, hosting, ignored) => {
  expect((await readIgnored(hosting, 'instance')).includes(standbyZone)).toBe(ignored);
});

test.each([
  ['a replica with a standby', { availability: 'regional', zone: 'europe-west1-b' }, true],
  ['a replica without', { zone: 'europe-west1-b' }, false],
])('%s', async (_, replica, ignored) => {
  const replicas = [{ name: 'read', ...replica }, { name: 'other' }];
  expect((await readIgnored({ replicas }, 'replicas')).includes(standbyZone)).toBe(ignored);
});
