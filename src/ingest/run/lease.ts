import type { Database, Session } from '../../database/connection.ts';
import { upgradeHolder } from '../../database/upgrade-pgstac.ts';
import { IngestionFailure, stopIfInterrupted } from '../failure.ts';
import type { ClockPort } from '../ports.ts';

/** How long a shard stays its holder's without a word, by the database's clock. */
const LEASE_SECONDS = 60;
const RENEW_MS = 20_000;
const LOOK_AGAIN_MS = 1000;

/** The right to write a shard's batches, until somebody takes it over, which raises the epoch. */
export interface Lease {
  readonly run: string;
  readonly shard: number;
  /** int8, as text. */
  readonly epoch: string;
}

export interface LeaseOptions {
  /** Nobody else's: one whose answer was lost on the way takes the same lease again. */
  readonly holder: string;
  readonly clock: ClockPort;
  readonly signal: AbortSignal;
}

/**
 * Takes a shard's lease; null where the shard is done. Where another holds it, waits as long as a lease lasts: a dead
 * holder's expires by then. One that is alive renews it, and then this runner leaves (`IngestionFailure`, `lease`).
 */
export async function takeLease(
  database: Database,
  run: string,
  shard: number,
  options: LeaseOptions,
): Promise<Lease | null> {
  const patience = options.clock.now() + (LEASE_SECONDS + 10) * 1000;
  for (;;) {
    const [taken] = await database.session((session) => tryTake(session, run, shard, options.holder));
    if (taken !== undefined) return { run, shard, epoch: taken.epoch };
    const [other] = await database.session((session) =>
      session.query<{ holder: string; done: boolean }>(
        'SELECT holder, done FROM platform.lease WHERE run = $1 AND shard = $2',
        [run, shard],
      ),
    );
    if (other?.done === true) return null;
    if (options.clock.now() > patience)
      throw new IngestionFailure('lease', `shard ${shard} of run ${run} is being worked on by ${other?.holder}`, {
        hint: 'wait for it to end; a runner that died lets go after a minute',
      });
    await options.clock.sleep(LOOK_AGAIN_MS, options.signal);
    stopIfInterrupted(options.signal);
  }
}

/**
 * What is gone from a source is deleted while nobody begins: who meets an unchanged item only reads, so that it must not
 * be deleted beneath them. Whoever deletes looks for leases first, and who takes one waits until the deletion is done.
 */
export function lockDeletions(mode: 'shared' | 'alone'): string {
  return `pg_advisory_xact_lock${mode === 'shared' ? '_shared' : ''}(hashtextextended('platform deletes', 0))`;
}

function tryTake(session: Session, run: string, shard: number, holder: string): Promise<readonly { epoch: string }[]> {
  return session.query<{ epoch: string }>(
    `WITH quiet AS MATERIALIZED (SELECT ${lockDeletions('shared')})
     INSERT INTO platform.lease AS l (run, shard, epoch, holder, started, expires)
     SELECT $1::uuid, $2::int, 1, $3::text, clock_timestamp(), clock_timestamp() + make_interval(secs => $4) FROM quiet
     ON CONFLICT (run, shard) DO UPDATE SET epoch = l.epoch + 1, holder = EXCLUDED.holder, expires = EXCLUDED.expires
       WHERE NOT l.done AND (l.expires <= clock_timestamp() OR l.holder = EXCLUDED.holder)
     RETURNING epoch::text AS epoch`,
    [run, shard, holder, LEASE_SECONDS],
  );
}

/** The last statement of a batch's transaction: throws where the lease was taken over, and holds off who would now. */
export async function checkLease(session: Session, lease: Lease): Promise<void> {
  const held = await session.query(
    'SELECT FROM platform.lease WHERE run = $1 AND shard = $2 AND epoch = $3::text::bigint FOR SHARE',
    [lease.run, lease.shard, lease.epoch],
  );
  if (held.length > 0) return;
  const [other] = await session.query<{ holder: string }>(
    'SELECT holder FROM platform.lease WHERE run = $1 AND shard = $2',
    [lease.run, lease.shard],
  );
  throw lostLease(lease, other?.holder ?? 'nobody that is known');
}

function lostLease({ run, shard }: Lease, holder: string): IngestionFailure {
  const next =
    holder === upgradeHolder
      ? 'pgSTAC is another release now: run it again with the same --run to go on'
      : 'the other runner goes on with it';
  return new IngestionFailure('lease', `shard ${shard} of run ${run} was taken over by ${holder}`, {
    hint: `nothing of this batch was committed; ${next}`,
  });
}

/** Lets go of a lease: done for good, or free for the next who asks. */
export async function releaseLease(database: Database, lease: Lease, done: boolean): Promise<void> {
  await database.session((session) =>
    session.query(
      `UPDATE platform.lease SET done = $4, expires = clock_timestamp()
       WHERE run = $1 AND shard = $2 AND epoch = $3::text::bigint`,
      [lease.run, lease.shard, lease.epoch, done],
    ),
  );
}

/** Renews a lease every so often while `work` runs. A renewal that fails is no matter: each batch looks for itself. */
export async function keepLease<T>(
  database: Database,
  lease: Lease,
  clock: ClockPort,
  work: () => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const renewing = (async () => {
    for (;;) {
      await clock.sleep(RENEW_MS, stop.signal);
      if (stop.signal.aborted) return;
      await database.session((session) => renew(session, lease)).catch(() => undefined);
    }
  })();
  try {
    return await work();
  } finally {
    stop.abort();
    await renewing;
  }
}

async function renew(session: Session, { run, shard, epoch }: Lease): Promise<void> {
  await session.query(
    `UPDATE platform.lease SET expires = clock_timestamp() + make_interval(secs => $4)
     WHERE run = $1 AND shard = $2 AND epoch = $3::text::bigint`,
    [run, shard, epoch, LEASE_SECONDS],
  );
}
