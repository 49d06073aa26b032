import type { Session } from '../../database/connection.ts';
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
 * Unchanged items are noted too: of an id that a source has twice the later place wins, and a shard that comes late with
 * the earlier one must see that the later one was there, even though it wrote nothing. The earlier content is not kept
 * beyond its run. So each run over a source that has two contents of one id, far enough from each other for two batches,
 * may write both again. To pass over the first because an earlier run saw it replaced would lose it for good where the
 * source has since dropped the second.
 */
export async function writeLedger(
  session: Session,
  { run, batch, pipeline }: BatchPlace & { readonly pipeline: string },
  met: readonly Met[],
): Promise<void> {
  if (met.length === 0) return;
  const rows = JSON.stringify(
    met.map(({ item, position }) => ({
      collection: item.collection,
      id: item.id,
      hash: item.hash,
      position,
      start: formatInstant(item.start),
    })),
  );
  const versions = await lockKnown(session, rows);
  for (const { item, found } of met) if ((versions.get(nameOf(item)) ?? null) !== found.version) throw meeting(item);
  const known = await session.query<{ collection: string; id: string }>(
    `WITH written AS (
       INSERT INTO platform.ledger AS l (collection, id, hash, run, batch, position, start, pipeline)
       SELECT w.collection, w.id, decode(w.hash, 'hex'), $2::uuid, $3::int, w.position, w.start, $4
       FROM jsonb_to_recordset($1::text::jsonb)
         AS w (collection text, id text, hash text, position int, start timestamptz)
       ORDER BY w.collection COLLATE "C", w.id COLLATE "C"
       ON CONFLICT (collection, id) DO UPDATE
         SET hash = EXCLUDED.hash, run = EXCLUDED.run, batch = EXCLUDED.batch, position = EXCLUDED.position,
           start = EXCLUDED.start, pipeline = CASE coalesce(l.pipeline, $4) WHEN $4 THEN $4 ELSE '*' END
       RETURNING l.collection, l.id, l.xmax <> 0 AS known
     ) SELECT collection, id FROM written WHERE known`,
    [rows, run, batch, pipeline],
  );
  for (const row of known) if (!versions.has(nameOf(row))) throw meeting(row);
}

/** Locks the rows there are, in an order that all runners share, and gives what `Found.version` is of each. */
async function lockKnown(session: Session, rows: string): Promise<ReadonlyMap<string, string>> {
  const locked = await session.query<{ collection: string; id: string; version: string }>(
    `SELECT l.collection, l.id, ${LEDGER_VERSION} AS version
     FROM jsonb_to_recordset($1::text::jsonb) AS w (collection text, id text)
     JOIN platform.ledger l ON l.collection = w.collection AND l.id = w.id
     ORDER BY w.collection COLLATE "C", w.id COLLATE "C" FOR UPDATE OF l`,
    [rows],
  );
  return new Map(locked.map((row) => [nameOf(row), row.version]));
}

function nameOf({ collection, id }: { readonly collection: string; readonly id: string }): string {
  return JSON.stringify([collection, id]);
}

function meeting({ collection, id }: { readonly collection: string; readonly id: string }): MetAnother {
  return new MetAnother(`${id} of ${collection} was loaded meanwhile`);
}
