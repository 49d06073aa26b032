import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Platform } from '../../src/model/platform.ts';
import { describeWith } from '../support/needs.ts';
import { planTerraformChange, type ResourceChange } from '../support/terraform.ts';
import { writeTerraform } from './terraform/emitted.ts';
import { cloudSql, makePlatform, virtualMachines } from './terraform/platforms.ts';

const task = { namespace: 'metaflow', serviceAccount: 'metaflow-task', grants: { pgstac: 'ingest', ingest: 'write' } };

/** The fixtures' workload `metaflow-task` under another name. */
function rename(name: string, renamedFrom?: unknown): Record<string, unknown> {
  const renamed = renamedFrom === undefined ? task : { ...task, renamedFrom };
  return {
    access: { workloads: { 'metaflow-task': undefined, [name]: renamed } },
    metaflow: { workload: name, datastore: 'gs://acme-earth-metaflow', image: 'registry.example/runner:1' },
  };
}

const replica = (name: string, renamedFrom?: string): Record<string, unknown> => ({
  hosting: { cloudSql: { bootstrap: 'terraform', replicas: [{ name, ...(renamedFrom ? { renamedFrom } : {}) }] } },
});

async function plan(before: Platform, after: Platform): Promise<readonly ResourceChange[]> {
  const [old, next] = [write(before), write(after)];
  const variables = after.hosting.kind === 'cloudSql' ? ['db_password=twelve chars'] : [];
  return planTerraformChange(old, next, variables);
}

function write(platform: Platform): string {
  return join(writeTerraform(platform), 'terraform');
}

function summarise(changes: readonly ResourceChange[]): { gone: string[]; made: string[]; moved: string[] } {
  const having = (action: 'create' | 'delete') =>
    changes.filter(({ change }) => change.actions.includes(action)).map(({ address }) => address);
  const moved = changes.filter(({ previous_address }) => previous_address !== undefined);
  return { gone: having('delete'), made: having('create'), moved: moved.map(({ address }) => address).sort() };
}

/** The first plan on a machine sets Terraform up. */
const longest = 900_000;

describeWith(['go', 'python'], 'what was renamed, as Terraform plans it', () => {
  test(
    'a workload and a replica on Cloud SQL move, and nothing is made or deleted',
    async () => {
      const before = makePlatform(cloudSql, replica('read'));
      const after = makePlatform(cloudSql, { ...replica('reader', 'read'), ...rename('flows', 'metaflow-task') });
      expect(summarise(await plan(before, after))).toEqual({
        gone: [],
        made: [],
        moved: [
          'google_project_iam_member.cloudsql_client["workload/flows"]',
          'google_project_iam_member.cloudsql_login["workload/flows"]',
          'google_service_account.workload["flows"]',
          'google_service_account_iam_member.workload_identity["flows"]',
          'google_sql_database_instance.replica["reader"]',
          'google_sql_user.workload["flows"]',
          'google_storage_bucket_iam_member.workload["flows/acme-earth-assets"]',
          'google_storage_bucket_iam_member.workload["flows/acme-earth-metaflow"]',
          'postgresql_grant_role.login["workload/flows/ingest_write"]',
          'postgresql_grant_role.login["workload/flows/pgstac_ingest"]',
        ],
      });
    },
    longest,
  );

  test(
    'a workload on virtual machines moves with its secrets',
    async () => {
      const after = makePlatform(virtualMachines, rename('flows', 'metaflow-task'));
      const { gone, made, moved } = summarise(await plan(makePlatform(virtualMachines), after));
      expect([...gone, ...made]).toEqual([]);
      expect(moved.filter((address) => address.includes('secret'))).toHaveLength(4);
    },
    longest,
  );

  test(
    'renamed twice, it moves from either name',
    async () => {
      const twice = makePlatform(cloudSql, rename('runner', ['metaflow-task', 'flows']));
      for (const before of [makePlatform(cloudSql), makePlatform(cloudSql, rename('flows', 'metaflow-task'))]) {
        const { gone, made, moved } = summarise(await plan(before, twice));
        expect([...gone, ...made]).toEqual([]);
        expect(moved).toContain('google_service_account.workload["runner"]');
      }
    },
    longest,
  );

  test(
    'taken back, it moves back',
    async () => {
      const before = makePlatform(cloudSql, rename('flows', 'metaflow-task'));
      const after = makePlatform(cloudSql, rename('metaflow-task', ['metaflow-task', 'flows']));
      const { gone, made, moved } = summarise(await plan(before, after));
      expect([...gone, ...made]).toEqual([]);
      expect(moved).toContain('google_service_account.workload["metaflow-task"]');
      expect(after.workloads.map(({ google }) => google)).toEqual(before.workloads.map(({ google }) => google));
    },
    longest,
  );

  test(
    'unsaid, it is another account',
    async () => {
      const { gone, made } = summarise(await plan(makePlatform(cloudSql), makePlatform(cloudSql, rename('flows'))));
      expect(gone).toContain('google_service_account.workload["metaflow-task"]');
      expect(made).toContain('google_service_account.workload["flows"]');
    },
    longest,
  );
});
