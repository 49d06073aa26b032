import { coversGrants } from '../../model/launchers.ts';
import type { Person, Platform } from '../../model/platform.ts';
import { findRunner } from './names.ts';

/**
 * Who may start Metaflow's tasks. A task acts as its workload, so these are the people who are granted at least as much
 * as it is; nobody where there is no Metaflow.
 */
export function listLaunchers(platform: Platform): readonly Person[] {
  const runner = findRunner(platform);
  if (runner === null) return [];
  return platform.people.filter(({ grants }) => coversGrants(grants, runner.workload.grants));
}
