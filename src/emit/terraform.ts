import type { Target } from './target.ts';
import { emitCloudSql } from './terraform/cloud-sql.ts';
import { emitMachines } from './terraform/machines.ts';

/**
 * The Google Cloud side of the platform. `terraform/` holds the workloads' identities with either hosting, and with
 * Cloud SQL the databases too; with virtual machines these have a folder and a state of their own,
 * `terraform/postgres_vms/`.
 */
export const terraformTarget: Target = {
  name: 'terraform',
  emit(platform) {
    const { hosting } = platform;
    switch (hosting.kind) {
      case 'cloudSql':
        return emitCloudSql(platform, hosting);
      case 'virtualMachines':
        return emitMachines(platform, hosting);
      default:
        return hosting satisfies never;
    }
  },
};
