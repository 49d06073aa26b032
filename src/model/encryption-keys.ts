import type { Platform } from './platform.ts';

/** A key of Cloud KMS and who has to be let use it before Terraform can. */
export interface KeyUse {
  /** `projects/…/cryptoKeys/…`. */
  readonly key: string;
  /** Google's own service account in the project, without the project's number: `service-NUMBER@AGENT`. */
  readonly agent: 'gcp-sa-cloud-sql.iam.gserviceaccount.com' | 'compute-system.iam.gserviceaccount.com';
}

/**
 * Terraform does not let them: a key is often another project's, and keeping its policy apart from what it encrypts is
 * what it is for. Source: Cloud SQL for PostgreSQL, 'Use customer-managed encryption keys'; Compute Engine, 'Help protect
 * resources by using Cloud KMS keys'.
 */
export function listKeyUses({ hosting, bastion }: Platform): readonly KeyUse[] {
  const databases = hosting.kind === 'cloudSql' ? [hosting, ...hosting.replicas] : [];
  const keys = new Set(databases.flatMap(({ encryptionKey }) => encryptionKey ?? []));
  const uses = [...keys].map((key): KeyUse => ({ key, agent: 'gcp-sa-cloud-sql.iam.gserviceaccount.com' }));
  if (bastion?.encryptionKey == null) return uses;
  return [...uses, { key: bastion.encryptionKey, agent: 'compute-system.iam.gserviceaccount.com' }];
}
