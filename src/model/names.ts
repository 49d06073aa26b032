import { hash } from 'node:crypto';
import type { PlatformSpec } from '../spec/schema.ts';
import type { GoogleServiceAccount } from './platform.ts';

/** The prefix of everything an environment makes on Google Cloud. */
export function derivePrefix(name: string, environment: string, named: boolean): string {
  return named ? `${name}-${environment}` : name;
}

/** PostgreSQL cuts longer names of roles, silently (its documentation, 'Identifiers and Key Words': NAMEDATALEN). */
export const longestRole = 63;

/**
 * A Google service account. Its id has 6 to 30 characters and is unique in the project (Google Cloud's IAM
 * documentation, 'Create service accounts'), and the login it becomes, `ID@PROJECT.iam`, is no longer than a role of
 * PostgreSQL: a longer id is cut and ends in a hash of the whole, a shorter one gets `-sa`.
 */
export function deriveServiceAccount(project: string, prefix: string, role: string): GoogleServiceAccount {
  const fitted = fitName(`${prefix}-${role}`, Math.min(30, longestRole - `@${project}.iam`.length));
  const accountId = fitted.length < 6 ? `${fitted}-sa` : fitted;
  return { accountId, email: `${accountId}@${project}.iam.gserviceaccount.com` };
}

/** The PostgreSQL login of a Google service account on Cloud SQL (its documentation, 'IAM authentication'). */
export function deriveDatabaseUser(email: string): string {
  return email.replace(/\.gserviceaccount\.com$/, '');
}

/** A name of at most `longest` characters that still tells two long names apart. */
export function fitName(name: string, longest: number): string {
  if (name.length <= longest) return name;
  const digits = hash('sha256', name).slice(0, 6);
  return `${name.slice(0, longest - 7).replace(/-+$/, '')}-${digits}`;
}

/** `sentinel2-l2a` → `Sentinel2L2a`. */
export function deriveClassName(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** `sentinel2-l2a` → `sentinel2_l2a`. */
export function deriveFileStem(name: string): string {
  return name.replaceAll('-', '_');
}

/** A member of IAM as a key of Terraform's `for_each` and a file's name: `user:ana@example.org` → `user-ana-example-org`. */
export function deriveMemberKey(member: string): string {
  return member.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
}

/** `renamedFrom` as a list, the first name first: what is on Google Cloud has that one for life. */
export function listFormerNames(renamedFrom: string | readonly string[] | undefined): readonly string[] {
  return renamedFrom === undefined ? [] : [renamedFrom].flat();
}

/** Whether a catalog's location is fetched; any other is a path. */
export function isWebUrl(location: string): boolean {
  return /^https?:\/\//i.test(location);
}

/** The bucket of a `gs://bucket/prefix`, or null where it is something else. */
export function bucketOf(location: string): string | null {
  return /^gs:\/\/([^/]+)/.exec(location)?.[1] ?? null;
}

/** Whether a location is read over the network, the same from everywhere; any other is a path beside the spec. */
export function isRemote(location: string): boolean {
  return isWebUrl(location) || bucketOf(location) !== null;
}

/** The Kubernetes service account of the init Job. */
export const initServiceAccount = 'platform-init';

/** The Kubernetes service account of the pooler. */
export const poolerAccount = 'platform-pooler';

/** The name of the pooler's Google service account after the prefix, where a workload's has the workload's. */
export const poolerRole = 'pooler';

/** The namespace of the platform's own Jobs. */
export function kubernetesNamespace(spec: PlatformSpec): string {
  return spec.kubernetes?.namespace ?? 'metaflow';
}
