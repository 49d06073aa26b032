import type { PlatformSpec } from '../spec/schema.ts';
import type { Grants } from './platform.ts';

/** Grants as the spec or the model has them. */
type AnyGrants = { readonly [database in keyof Grants]?: Grants[database] };

/**
 * Whether one who has these grants may do all that another may. Who launches Metaflow's tasks acts as their workload, so
 * only people whose grants cover the workload's do.
 */
export function coversGrants(own: AnyGrants, wanted: AnyGrants): boolean {
  const pgstac = (wanted.pgstac ?? null) === null || own.pgstac === 'ingest' || own.pgstac === wanted.pgstac;
  const ingest = (wanted.ingest ?? null) === null || own.ingest === 'write' || own.ingest === wanted.ingest;
  return pgstac && ingest;
}

/**
 * Whether the cluster can hold launchers' Jobs to one service account, which RBAC cannot. Source: Kubernetes'
 * documentation, 'Validating Admission Policy' (stable, and on by default, from 1.30).
 */
export function canBindLaunchers(minor: number): boolean {
  return minor >= 30;
}

/** The minor version of the spec's cluster, of the one major that the schema takes. */
export function minorOf({ version }: NonNullable<PlatformSpec['kubernetes']>): number {
  return Number(version.split('.')[1]);
}
