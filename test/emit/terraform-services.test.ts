import { expect, test } from '@jest/globals';
import type { Platform } from '../../src/model/platform.ts';
import { listEmittedFolders } from './terraform/folders.ts';
import { variants } from './terraform/variants.ts';

/** Which API Terraform, or what it makes, calls for each thing that a folder may say. */
const needs: readonly (readonly [said: RegExp, api: string])[] = [
  // resource_google_project_service.go, Read: Projects.Get.
  [/"google_project_(service|iam_member)"/, 'cloudresourcemanager'],
  [/"google_service_account(_iam_member)?"/, 'iam'],
  // Workload Identity and impersonation: https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity
  [/"google_service_account" "(workload|init)"/, 'iamcredentials'],
  [/"google_secret_manager_\w+"/, 'secretmanager'],
  [/"google_storage_bucket(_iam_member)?"/, 'storage'],
  [/"google_sql_\w+"/, 'sqladmin'],
  // https://cloud.google.com/sql/docs/postgres/configure-private-ip, "API and IAM requirements".
  [/private_network += |"google_service_networking_\w+"/, 'servicenetworking'],
  // Where an instance's metrics and log are read, alerts or not, and what a machine's Ops Agent sends.
  [/"google_(sql_database_instance|monitoring_\w+)"|monitoring\.metricWriter/, 'monitoring'],
  [/"google_(sql_database_instance|logging_\w+)"|logging\.logWriter/, 'logging'],
  [/"google_compute_\w+"/, 'compute'],
  // https://cloud.google.com/vpc/docs/configure-private-service-connect-services, "Before you begin".
  [/"google_compute_forwarding_rule"/, 'servicedirectory'],
  [/"google_dns_\w+"/, 'dns'],
  [/"google_iap_\w+"/, 'iap'],
  [/enable-oslogin/, 'oslogin'],
];

test.each(Object.entries(variants))(
  '%s: each folder turns on the APIs of what it makes, and no others',
  (_, { platform }) => {
    for (const text of readFolders(platform)) {
      const wanted = needs.flatMap(([said, api]) => (said.test(text) ? [`${api}.googleapis.com`] : []));
      const enabled = [...text.matchAll(/^ {4}"([a-z]+\.googleapis\.com)",$/gm)].map(([, api]) => api);
      expect(enabled).toEqual(wanted.sort());
    }
  },
);

test.each(Object.entries(variants))('%s: every resource of Google has an API here', (_, { platform }) => {
  for (const text of readFolders(platform))
    for (const [resource] of text.matchAll(/(?<=^resource )"google_\w+"/gm))
      expect([resource, needs.some(([said]) => said.test(resource))]).toEqual([resource, true]);
});

/** The text of all `.tf` files of each folder. */
function readFolders(platform: Platform): readonly string[] {
  return listEmittedFolders(platform).map(({ files }) => [...files.values()].join('\n'));
}
