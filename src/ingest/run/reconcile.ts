import { createHash } from 'node:crypto';
import type { Session } from '../../database/connection.ts';
import type { Pipeline, Source } from '../../model/platform.ts';
import { IngestionFailure, stopIfInterrupted } from '../failure.ts';
import { retryTransaction } from '../load/retry.ts';
import type { Ports } from '../ports.ts';
import { deleteNext } from './delete-gone.ts';
import { findGone, refuseOtherRuns } from './gone.ts';
import { lockDeletions } from './lease.ts';
import type { PlannedRun } from './planned-run.ts';

/** A source in so many characters: what a run read, and what it is held against, must be one. How fast is no matter. */
export function fingerprintSource(source: Source): string {
  const what = source.kind === 'stacApi' ? { ...source, pageSize: undefined, requests: undefined } : source;
  return createHash('sha256').update(JSON.stringify(what)).digest('hex');
}

/**
 * Deletes what is gone from the source, after a run of which every shard is done. What that is, is written down once, so
 * that a run which was killed while it deletes goes on with the same items. Throws `IngestionFailure` where nothing is
 * to be deleted: more than the spec's share, a source that is no longer the run's, or another run in between.
 */
export async function reconcileRun(run: PlannedRun, pipeline: Pipeline, ports: Ports): Promise<void> {
  const { pgstac, signal } = ports;
  refuseOtherSource(run, pipeline);
  await retryTransaction(ports, () => pgstac.transaction((session) => compareOnce(session, run, pipeline)));
  const guard = async (session: Session) => {
    await session.query(`SELECT ${lockDeletions('alone')}`);
    await refuseOtherRuns(session, run);
  };
  while ((await retryTransaction(ports, () => deleteNext(pgstac, run.run, guard))) > 0) stopIfInterrupted(signal);
}

/** Throws `IngestionFailure` where a run with --reconcile would read, or be held against, another source than planned. */
export function refuseOtherSource(run: PlannedRun, { name, source }: Pipeline): void {
  if (!run.reconcile || run.source === fingerprintSource(source)) return;
  throw new IngestionFailure(
    'refused',
    `pipelines.${name}.source is not what it was when run ${run.run} was planned: items would seem to be gone that were never asked for`,
    { hint: 'start a new run with --reconcile' },
  );
}

async function compareOnce(session: Session, run: PlannedRun, pipeline: Pipeline): Promise<void> {
  // Two that finish at once: the second waits, and finds it done. Not FOR UPDATE, which would hold receipts off.
  const [state] = await session.query<{ done: boolean }>(
    'SELECT compared IS NOT NULL AS done FROM platform.run WHERE run = $1 FOR NO KEY UPDATE',
    [run.run],
  );
  if (state?.done !== false) return;
  await refuseOtherRuns(session, run);
  const { gone, held } = await findGone(session, run, pipeline);
  refuseTooMany(gone, held, pipeline);
  await session.query('UPDATE platform.run SET compared = clock_timestamp() WHERE run = $1', [run.run]);
}

function refuseTooMany(gone: number, held: number, { name, reconcile: { mostDeleted } }: Pipeline): void {
  // A little more, since 0.07 × 100 is 7.000000000000001.
  if (gone <= mostDeleted * held + 1e-6) return;
  const share = Math.ceil((gone / held) * 1000) / 1000;
  throw new IngestionFailure(
    'refused',
    `nothing is deleted: ${gone} of ${held} items that the run could have met are gone from the source, ${share} of them, and pipelines.${name}.reconcile.mostDeleted is ${mostDeleted}`,
    { hint: `if they are to go, raise it to ${share} and finish the run again: platform ingest finish RUN` },
  );
}
