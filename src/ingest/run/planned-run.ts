import { randomBytes } from 'node:crypto';
import type { Database, Session } from '../../database/connection.ts';
import { IngestionFailure } from '../failure.ts';
import { formatInstant, type Instant } from '../item/instant.ts';
import { formatPeriod, type Period } from '../item/period.ts';

/** A run as it stands in `platform.run`: every shard of it reads the same. */
export interface PlannedRun {
  /** A UUID. */
  readonly run: string;
  readonly pipeline: string;
  readonly shards: number;
  /** Items read at most; null for all. */
  readonly limit: number | null;
  /** Items that end before it are passed over; null for none. */
  readonly since: Instant | null;
  /** Items that are not in it are passed over. */
  readonly datetime: Period;
  /** Items that are gone from the source are deleted once every shard is done. */
  readonly reconcile: boolean;
  /** The `fingerprintSource` of its pipeline's source, or `nameRetry`; null where an older release planned it. */
  readonly source: string | null;
  /** By the database's clock. */
  readonly planned: Instant;
  readonly finished: boolean;
}

/** A run before it was planned. */
export type WantedRun = Omit<PlannedRun, 'planned' | 'finished' | 'reconcile' | 'source'> &
  Partial<Pick<PlannedRun, 'reconcile' | 'source'>>;

/** Null where there is no such run. */
export async function readRun(database: Database, run: string): Promise<PlannedRun | null> {
  return await database.session((session) => selectRun(session, run));
}

/** Makes the run, or finds the one of this id that an earlier start or another shard made; it must be the same. */
export async function planRun(database: Database, wanted: WantedRun): Promise<PlannedRun> {
  return await database.session(async (session) => {
    await session.query(
      `INSERT INTO platform.run (run, pipeline, shards, most, since, datetime, reconcile, source)
       VALUES ($1, $2, $3, $4::text::bigint, $5::timestamptz, tstzrange($6::timestamptz, $7::timestamptz, '[]'), $8, $9)
       ON CONFLICT (run) DO NOTHING`,
      [
        wanted.run,
        wanted.pipeline,
        wanted.shards,
        wanted.limit === null ? null : String(wanted.limit),
        ...[wanted.since, wanted.datetime.from, wanted.datetime.to].map((moment) =>
          moment === null ? null : formatInstant(moment),
        ),
        wanted.reconcile ?? false,
        wanted.source ?? null,
      ],
    );
    const found = await selectRun(session, wanted.run);
    if (found === null) throw new Error('a run that was just made is not there');
    refuseOtherPlan(found, wanted);
    return found;
  });
}

/** What is given must be what the run was planned with; what is left out (undefined) is the run's. */
export function refuseOtherPlan(
  found: PlannedRun,
  wanted: { readonly [Key in keyof typeof plannedWith]?: PlannedRun[Key] | undefined },
): void {
  const given = { ...found, ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) };
  for (const [name, describe] of Object.values(plannedWith)) {
    if (describe(given) === describe(found)) continue;
    throw new IngestionFailure('arguments', `run ${found.run} was planned with another ${name}: ${describe(found)}`, {
      hint: `give the same ${name} as then or leave it out, or start a new run`,
    });
  }
}

/** What a run is planned with: how it is called, and what it is in words. */
const plannedWith = {
  pipeline: ['pipeline', ({ pipeline }: PlannedRun) => pipeline],
  shards: ['shards', ({ shards }: PlannedRun) => String(shards)],
  limit: ['--limit', ({ limit }: PlannedRun) => String(limit ?? 'none')],
  since: ['--since', ({ since }: PlannedRun) => (since === null ? 'none' : formatInstant(since))],
  datetime: ['--datetime', ({ datetime }: PlannedRun) => formatPeriod(datetime) ?? 'none'],
  reconcile: ['--reconcile', ({ reconcile }: PlannedRun) => (reconcile ? 'given' : 'not given')],
} as const;

/** What an item must be in, each of them, to be loaded by the run. */
export function listPeriods({ since, datetime }: PlannedRun): readonly Period[] {
  return [{ from: since, to: null }, datetime];
}

async function selectRun(session: Session, run: string): Promise<PlannedRun | null> {
  const [row] = await session.query<{
    pipeline: string;
    shards: number;
    most: string | null;
    since: string | null;
    first: string | null;
    last: string | null;
    planned: string;
    reconcile: boolean;
    source: string | null;
    finished: boolean;
  }>(
    `SELECT pipeline, shards, most::text AS most, (extract(epoch FROM since) * 1000000)::bigint::text AS since,
       (extract(epoch FROM lower(datetime)) * 1000000)::bigint::text AS first,
       (extract(epoch FROM upper(datetime)) * 1000000)::bigint::text AS last,
       (extract(epoch FROM planned) * 1000000)::bigint::text AS planned, reconcile, source,
       finished IS NOT NULL AS finished
     FROM platform.run WHERE run = $1`,
    [run],
  );
  if (row === undefined) return null;
  return {
    run,
    pipeline: row.pipeline,
    shards: row.shards,
    limit: row.most === null ? null : Number(row.most),
    since: readInstant(row.since),
    datetime: { from: readInstant(row.first), to: readInstant(row.last) },
    planned: BigInt(row.planned),
    reconcile: row.reconcile,
    source: row.source,
    finished: row.finished,
  };
}

function readInstant(microseconds: string | null): Instant | null {
  return microseconds === null ? null : BigInt(microseconds);
}

/** A UUID of version 7 (RFC 9562): ids sort by the moment they were made. */
export function makeRunId(now: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
