import type { Grants, Person, Platform } from '../../model/platform.ts';
import { findRunner } from './names.ts';

/**
 * Who may start Metaflow's tasks. A task acts as its workload, so these are the people who are granted at least as much
 * as it is; nobody where there is no Metaflow.
 */
export function listLaunchers(platform: Platform): readonly Person[] {
  const runner = findRunner(platform);
  if (runner === null) return [];
  return platform.people.filter(({ grants }) => covers(grants, runner.workload.grants));
}

function covers(own: Grants, wanted: Grants): boolean {
  const pgstac = wanted.pgstac === null || own.pgstac === 'ingest' || own.pgstac === wanted.pgstac;
  const ingest = wanted.ingest === null || own.ingest === 'write' || own.ingest === wanted.ingest;
  return pgstac && ingest;
}
