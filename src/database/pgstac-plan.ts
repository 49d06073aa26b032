import { type DatabaseTarget, describeTarget } from './connection.ts';
import { DatabaseFailure } from './failure.ts';
import type { PgstacState } from './inspect.ts';
import { findMigrationPath, type Migration } from './migrations.ts';

/** What `platform db init` does about pgSTAC itself. */
export type PgstacPlan =
  | { readonly kind: 'install' }
  | { readonly kind: 'keep' }
  | { readonly kind: 'upgrade'; readonly from: string; readonly path: readonly Migration[] }
  /** It changes nothing; `reason` is in words. */
  | { readonly kind: 'refuse'; readonly because: 'newer' | 'unknown'; readonly reason: string };

/** From what is installed to the release that the spec wants. */
export function planPgstac(state: PgstacState, wanted: string): PgstacPlan {
  if (state.kind === 'absent') return { kind: 'install' };
  if (state.kind === 'unknown') return { kind: 'refuse', because: 'unknown', reason: state.reason };
  const { version } = state;
  if (version === wanted) return { kind: 'keep' };
  const path = findMigrationPath(version, wanted);
  if (path !== null) return { kind: 'upgrade', from: version, path };
  const reason = `pgSTAC ${version} is installed, which is later than the ${wanted} of the spec; its migrations lead forward only`;
  return { kind: 'refuse', because: 'newer', reason };
}

/** `0.9.11 → 0.9.12 → 0.10.0`. */
export function describePath({ from, path }: Extract<PgstacPlan, { kind: 'upgrade' }>): string {
  return [from, ...path.map(({ to }) => to)].join(' → ');
}

export function refusePlan(
  plan: Extract<PgstacPlan, { kind: 'refuse' }>,
  target: DatabaseTarget,
  wanted: string,
): never {
  throw new DatabaseFailure(
    `${describeTarget(target)}: ${plan.reason}; the spec wants ${wanted}, and nothing was changed`,
    { hint: adviseRefused(plan, target) },
  );
}

/** What to do about a pgSTAC that `platform db init` leaves alone. */
export function adviseRefused({ because }: Extract<PgstacPlan, { kind: 'refuse' }>, target: DatabaseTarget): string {
  if (target.kind === 'embedded')
    return `delete ${target.folder} and load again, or set databases.pgstac.pgstac to what is there`;
  return because === 'newer'
    ? 'set databases.pgstac.pgstac to what is there, or restore a backup from before its upgrade'
    : 'set databases.pgstac.pgstac to what is there, or name an empty database';
}
