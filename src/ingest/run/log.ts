import type { Database } from '../../database/connection.ts';
import { readSqlState } from '../../database/failure.ts';
import { writeArray } from '../../database/quote.ts';
import { escapeCopy } from '../item/copy-text.ts';
import { MAX_ID_BYTES } from '../item/judge.ts';
import type { Ports } from '../ports.ts';
import type { ReceiptItem } from './outcome.ts';

/** A receipt, as it goes into `ingestion_log`. */
export interface LoggedBatch {
  readonly run: string;
  readonly pipeline: string;
  readonly shard: number;
  readonly batch: number;
  /** When it was committed, as PostgreSQL wrote it. */
  readonly written: string;
  readonly items: readonly ReceiptItem[];
}

const COLUMNS = [
  'run',
  'pipeline',
  'shard',
  'batch',
  'position',
  'item',
  'collection',
  'outcome',
  'hash',
  'time',
] as const;

/**
 * Copies receipts into `ingestion_log`, and then marks them as settled. Killed between the two commits, the next one who
 * settles them finds the rows there, and writes those that are not.
 */
export async function writeLog({ pgstac, ingest }: Ports, batches: readonly LoggedBatch[]): Promise<void> {
  try {
    await copyRows(ingest, batches);
  } catch (error) {
    if (readSqlState(error) !== '23505') throw error;
    await insertRows(ingest, batches);
  }
  await pgstac.session((session) =>
    session.query(
      `UPDATE platform.receipt r SET settled = true
       FROM unnest($1::text::uuid[], $2::text::int[], $3::text::int[]) AS w (run, shard, batch)
       WHERE r.run = w.run AND r.shard = w.shard AND r.batch = w.batch`,
      [batches.map(({ run }) => run), batches.map(({ shard }) => shard), batches.map(({ batch }) => batch)].map(
        writeArray,
      ),
    ),
  );
}

/** In a transaction, since a session is tried again by itself, and rows that are there are there the next time too. */
async function copyRows(ingest: Database, batches: readonly LoggedBatch[]): Promise<void> {
  await ingest.transaction((session) =>
    session.copyInto({ schema: 'public', name: 'ingestion_log', columns: COLUMNS }, writeRows(batches)),
  );
}

function* writeRows(batches: readonly LoggedBatch[]): Generator<Buffer> {
  for (const { run, pipeline, shard, batch, written, items } of batches) {
    const start = `${run}\t${escapeCopy(pipeline)}\t${shard}\t${batch}\t`;
    let text = '';
    for (const { position, id, collection, outcome, hash } of items)
      text += `${start}${position}\t${writeName(id)}\t${writeName(collection)}\t${outcome}\t\\\\x${hash}\t${written}\n`;
    yield Buffer.from(text);
  }
}

/** Two names fit an index of the log. A longer one is a bad item's, left by an older release: here it is null. */
function writeName(name: string | null): string {
  return name === null || Buffer.byteLength(name) > MAX_ID_BYTES ? '\\N' : escapeCopy(name);
}

async function insertRows(ingest: Database, batches: readonly LoggedBatch[]): Promise<void> {
  await ingest.transaction(async (session) => {
    for (const { run, pipeline, shard, batch, written, items } of batches)
      await session.query(
        `INSERT INTO public.ingestion_log (run, pipeline, shard, batch, position, item, collection, outcome, hash, time)
         SELECT $1::uuid, $2, $3, $4, w.position, CASE WHEN octet_length(w.id) <= ${MAX_ID_BYTES} THEN w.id END,
           CASE WHEN octet_length(w.collection) <= ${MAX_ID_BYTES} THEN w.collection END, w.outcome,
           decode(w.hash, 'hex'), $5::timestamptz
         FROM jsonb_to_recordset($6::text::jsonb) AS w (position int, id text, collection text, outcome text, hash text)
         ON CONFLICT (run, shard, batch, position) DO NOTHING`,
        [run, pipeline, shard, batch, written, JSON.stringify(items)],
      );
  });
}
