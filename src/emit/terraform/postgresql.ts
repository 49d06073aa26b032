import { adminRoles, groupRoles } from '../../model/logins.ts';
import type { Platform, Workload } from '../../model/platform.ts';
import type { Fragment } from '../../print/fragment.ts';
import { hclObject, hclString, hclStrings } from '../../print/hcl.ts';
import type { HclView } from './common.ts';

/** What `bootstrap: terraform` makes inside PostgreSQL: extensions here, the rest in `roles.tf`. */
export function viewPostgresql(platform: Platform): HclView {
  return { extensions: hclStrings(platform.databases.pgstac.extensions) };
}

/** The group roles of each database; what they may do and who is a member is the template's. */
export function viewRoles({ kubernetes }: Platform): HclView {
  const pooler = kubernetes?.pooler ?? null;
  return {
    ingest: viewGroup('ingest'),
    pgstac: viewGroup('pgstac'),
    pooler: pooler === null ? null : { grants: viewGrants(pooler.grants) },
  };
}

function viewGroup(database: 'ingest' | 'pgstac'): HclView {
  const [read = '', write = ''] = groupRoles[database];
  return { admin: hclString(adminRoles[database]), read: hclString(read), write: hclString(write) };
}

/** `{ ingest = "write", pgstac = "read" }`: the keys by which `roles.tf` finds a login's group roles. */
export function viewGrants({ ingest, pgstac }: Workload['grants']): Fragment<'hcl'> {
  const level = (grant: string) => hclString(grant === 'read' ? 'read' : 'write');
  return hclObject([
    ...(ingest === null ? [] : [['ingest', level(ingest)] as const]),
    ...(pgstac === null ? [] : [['pgstac', level(pgstac)] as const]),
  ]);
}
