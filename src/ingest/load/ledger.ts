import { type Session, together } from '../../database/connection.ts';
import { writeArray } from '../../database/quote.ts';
import { escapeCopy } from '../item/copy-text.ts';
import { formatInstant } from '../item/instant.ts';
import type { GoodItem } from '../item/judge.ts';
import { type BatchPlace, type Found, LEDGER_VERSION } from './lookup.ts';
import { MetAnother } from './retry.ts';

/** An item that a batch is about to write, or has found unchanged. */
export interface Met {
  readonly item: GoodItem;
  /** In its batch, from 1. */
  readonly position: number;
  readonly found: Found;
}

/**
 * Notes the hash of each item, and where and by which pipeline it was met, in the transaction of its batch and before
 * anything else of it is written: the row locks keep two runners with the same item apart. Throws `MetAnother` where
 * another batch has met one of them since it was looked up.
 *
 * Unchanged items are noted too where a run has several shards: of an id that a source has twice the later place wins,
 * and a shard that comes late with the earlier one must see that the later one was there, even though it wrote nothing.
 * Who else looks for the note is said in run/notes.ts. The earlier content is not kept beyond its run. So each run over a source that has two contents of one id, far enough from each other for two batches,
 * may write both again. To pass over the first because an earlier run saw it replaced would lose it for good where the
 * source has since dropped the second.
 */
export async function writeLedger(
  session: Session,
  { run, batch, pipeline }: BatchPlace & { readonly pipeline: string },
  met: readonly Met[],
): Promise<void> {
  const [fresh, known]: [Met[], Met[]] = [[], []];
  for (const one of met) (one.found.version === null ? fresh : known).push(one);
  const writes: Promise<void>[] = [];
  if (known.length > 0) writes.push(updateRows(session, { run, batch, pipeline }, known.sort(compareNames)));
  if (fresh.length > 0) writes.push(insertRows(session, { run, batch, pipeline }, fresh.sort(compareNames)));
  await together(writes);
}

type LedgerPlace = Parameters<typeof writeLedger>[1];

const COLUMNS = ['collection', 'id', 'hash', 'run', 'batch', 'position', 'start', 'pipeline'];

/** A row that is there already fails it (23505), once whoever wrote it has committed: then all is looked up again. */
async function insertRows(session: Session, { run, batch, pipeline }: LedgerPlace, met: readonly Met[]): Promise<void> {
  const end = `\t${run}\t${batch}\t`;
  const lines = met.map(
    ({ item, position }) =>
      `${escapeCopy(item.collection)}\t${escapeCopy(item.id)}\t\\\\x${item.hash}${end}${position}\t${formatInstant(item.start)}\t${escapeCopy(pipeline)}\n`,
  );
  await session.copyInto({ schema: 'platform', name: 'ledger', columns: COLUMNS }, [Buffer.from(lines.join(''))]);
}

/**
 * Updates, and with it locks, the rows that still are what they were when they were looked up. Each is found by the
 * index: up to some hundred thousand rows the planner would read and hash the whole ledger for each batch instead.
 */
async function updateRows(session: Session, { run, batch, pipeline }: LedgerPlace, met: readonly Met[]): Promise<void> {
  const [, [updated]] = await together([
    session.run('SET LOCAL enable_hashjoin TO off; SET LOCAL enable_mergejoin TO off'),
    updateNoted(session, { run, batch, pipeline }, met),
    session.run('SET LOCAL enable_hashjoin TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT'),
  ]);
  if (updated?.rows !== met.length) throw new MetAnother('items of a batch were loaded meanwhile');
}

function updateNoted(
  session: Session,
  { run, batch, pipeline }: LedgerPlace,
  met: readonly Met[],
): Promise<readonly { readonly rows: number }[]> {
  return session.query<{ rows: number }>(
    `WITH updated AS (
       UPDATE platform.ledger l SET hash = decode(w.hash, 'hex'), run = $1::uuid, batch = $2::int, position = w.position,
         start = w.start, pipeline = CASE coalesce(l.pipeline, $3) WHEN $3 THEN $3 ELSE '*' END
       FROM unnest($4::text::text[], $5::text::text[], $6::text::text[], $7::text::int[], $8::text::timestamptz[], $9::text::text[])
         AS w (collection, id, hash, position, start, version)
       WHERE l.collection = w.collection AND l.id = w.id AND ${LEDGER_VERSION} = w.version
       RETURNING 1
     ) SELECT count(*)::int AS rows FROM updated`,
    [
      run,
      batch,
      pipeline,
      ...[
        met.map(({ item }) => item.collection),
        met.map(({ item }) => item.id),
        met.map(({ item }) => item.hash),
        met.map(({ position }) => position),
        met.map(({ item }) => formatInstant(item.start)),
        met.map(({ found }) => found.version),
      ].map(writeArray),
    ],
  );
}

/** An order that all runners share, so that two with the same items wait for each other and not in a ring. */
function compareNames({ item: one }: Met, { item: other }: Met): number {
  return compareTexts(one.collection, other.collection) || compareTexts(one.id, other.id);
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
