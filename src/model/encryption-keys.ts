import type { Hosting, Platform } from './platform.ts';

/** Google's own service accounts in a project that use a customer's key, without the project's number. */
export type KeyAgent =
  | 'gcp-sa-cloud-sql.iam.gserviceaccount.com'
  | 'compute-system.iam.gserviceaccount.com'
  | 'gs-project-accounts.iam.gserviceaccount.com';

/** A key of Cloud KMS and who has to be let use it before Terraform can. */
export interface KeyUse {
  /** `projects/…/cryptoKeys/…`. */
  readonly key: string;
  /** The service account is `service-NUMBER@AGENT`. */
  readonly agent: KeyAgent;
}

/**
 * Terraform does not let them: a key is often another project's, and keeping its policy apart from what it encrypts is
 * what it is for. Sources: Cloud SQL for PostgreSQL, 'Use customer-managed encryption keys'; Compute Engine, 'Help protect
 * resources by using Cloud KMS keys'; Cloud Storage, 'Use customer-managed encryption keys'.
 */
export function listKeyUses({ hosting, bastion }: Platform): readonly KeyUse[] {
  const uses = listHostingUses(hosting);
  const key = bastion?.encryptionKey ?? null;
  const agent = 'compute-system.iam.gserviceaccount.com';
  const known = key === null || uses.some((use) => use.key === key && use.agent === agent);
  return known ? uses : [...uses, { key, agent }];
}

function listHostingUses(hosting: Hosting): readonly KeyUse[] {
  switch (hosting.kind) {
    case 'cloudSql': {
      const keys = new Set([hosting, ...hosting.replicas].flatMap(({ encryptionKey }) => encryptionKey ?? []));
      return [...keys].map((key) => ({ key, agent: 'gcp-sa-cloud-sql.iam.gserviceaccount.com' }));
    }
    case 'virtualMachines': {
      const { encryptionKey: key, backups } = hosting;
      if (key === null) return [];
      const disks: KeyUse = { key, agent: 'compute-system.iam.gserviceaccount.com' };
      // A bucket that is not made here has been encrypted by whoever made it.
      return backups.location === null
        ? [disks]
        : [disks, { key, agent: 'gs-project-accounts.iam.gserviceaccount.com' }];
    }
    default:
      return hosting satisfies never;
  }
}
