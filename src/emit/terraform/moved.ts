import type { Artifact } from '../../artifact/artifact.ts';
import { listLogins } from '../../model/logins.ts';
import type { Platform, Workload } from '../../model/platform.ts';
import { hclIdentifier, hclString } from '../../print/hcl.ts';
import { emitHcl, type HclView } from './common.ts';
import { listSecrets } from './workload-secrets.ts';

/**
 * `moved.tf`, where the spec says that something was renamed: each of its resources whose key is made of its name. A
 * move of what was never made does nothing, so one for a bucket or a role that came after the rename is harmless.
 */
export function emitMoved(platform: Platform): readonly Artifact[] {
  const { hosting, workloads } = platform;
  const replicas = hosting.kind === 'cloudSql' ? hosting.replicas : [];
  const moves = [
    ...workloads.flatMap((workload) => viewMoves(workload, listAddresses(platform, workload))),
    ...replicas.flatMap((replica) => viewMoves(replica, [['google_sql_database_instance', 'replica', (name) => name]])),
  ];
  return moves.length === 0 ? [] : [emitHcl('terraform', 'terraform/moved.tf', { moves })];
}

/** A resource of Terraform, and the key of `for_each` that a name gives one of its instances. */
type Address = readonly [type: string, label: string, keyOf: (name: string) => string];

/** From each other name to the next: Terraform follows chains of moves, and refuses one that comes back. */
function viewMoves(
  { name, formerNames }: { readonly name: string; readonly formerNames: readonly string[] },
  addresses: readonly Address[],
): readonly HclView[] {
  const others = formerNames.filter((former) => former !== name);
  return others.flatMap((from, index) =>
    addresses.map(([type, label, keyOf]) => ({
      type: hclIdentifier(type),
      label: hclIdentifier(label),
      from: hclString(keyOf(from)),
      to: hclString(keyOf(others[index + 1] ?? name)),
    })),
  );
}

function listAddresses(platform: Platform, workload: Workload): readonly Address[] {
  const { hosting, kubernetes } = platform;
  const byName = (name: string) => name;
  const byLogin = (name: string) => `workload/${name}`;
  const addresses: Address[] = [['google_service_account', 'workload', byName]];
  if (kubernetes !== null) addresses.push(['google_service_account_iam_member', 'workload_identity', byName]);
  for (const bucket of workload.buckets)
    addresses.push(['google_storage_bucket_iam_member', 'workload', (name) => `${name}/${bucket}`]);
  for (const secret of listSecrets(workload, hosting))
    addresses.push(['google_secret_manager_secret_iam_member', 'workload', (name) => `${name}/${secret}`]);
  if (hosting.kind !== 'cloudSql') return addresses;
  addresses.push(
    ['google_sql_user', 'workload', byName],
    ['google_project_iam_member', 'cloudsql_client', byLogin],
    ['google_project_iam_member', 'cloudsql_login', byLogin],
  );
  if (hosting.bootstrap === 'terraform')
    for (const role of listRoles(platform, workload))
      addresses.push(['postgresql_grant_role', 'login', (name) => `workload/${name}/${role}`]);
  return addresses;
}

function listRoles(platform: Platform, { databaseUser }: Workload): readonly string[] {
  return [...listLogins(platform, 'ingest'), ...listLogins(platform, 'pgstac')].flatMap(({ name, role }) =>
    name === databaseUser && role !== null ? [role] : [],
  );
}
