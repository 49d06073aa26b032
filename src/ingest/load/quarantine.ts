import type { Session } from '../../database/connection.ts';
import type { Reason } from '../item/reason.ts';

export interface Quarantined {
  readonly position: number;
  readonly source: string;
  readonly hash: string;
  readonly item: string | null;
  readonly collection: string | null;
  readonly reason: Reason;
  readonly message: string;
  readonly bytes: Buffer;
}

export interface QuarantinePlace {
  readonly run: string;
  readonly pipeline: string;
  readonly shard: number;
  readonly batch: number;
}

/** Base64 characters per statement: well below what a parameter or a JSON text may hold. */
const STATEMENT_SIZE = 32 * 1024 * 1024;

/** A longer item has a statement of its own, and goes as it is: in Base64 and JSON it takes several times its size. */
const LARGE_BYTES = 1024 * 1024;

/** Keeps bad items as they came. One that is there already, from an earlier run, keeps the time it came first. */
export async function quarantineItems(
  session: Session,
  place: QuarantinePlace,
  items: readonly Quarantined[],
): Promise<void> {
  let rows: object[] = [];
  let size = 0;
  const flush = async (large: Buffer | null = null) => {
    await session.query(
      `INSERT INTO platform.quarantine (pipeline, source, hash, run, shard, batch, position, item, collection, reason, message, bytes)
       SELECT DISTINCT ON (w.source, w.hash) $1, w.source, decode(w.hash, 'hex'), $2, $3, $4, w.position, w.item, w.collection,
         w.reason, w.message, coalesce($6::bytea, decode(w.bytes, 'base64'))
       FROM jsonb_to_recordset($5::text::jsonb) AS w (source text, hash text, position int, item text, collection text,
         reason text, message text, bytes text)
       ORDER BY w.source, w.hash, w.position DESC
       ON CONFLICT (pipeline, source, hash) DO UPDATE SET run = EXCLUDED.run, shard = EXCLUDED.shard, batch = EXCLUDED.batch,
         position = EXCLUDED.position, item = EXCLUDED.item, collection = EXCLUDED.collection, reason = EXCLUDED.reason,
         message = EXCLUDED.message`,
      [place.pipeline, place.run, place.shard, place.batch, JSON.stringify(rows), large],
    );
    [rows, size] = [[], 0];
  };
  for (const { bytes, ...rest } of items) {
    if (bytes.length > LARGE_BYTES) {
      if (rows.length > 0) await flush();
      rows.push(rest);
      await flush(bytes);
      continue;
    }
    const encoded = bytes.toString('base64');
    rows.push({ ...rest, bytes: encoded });
    size += encoded.length;
    if (size >= STATEMENT_SIZE) await flush();
  }
  if (rows.length > 0) await flush();
}

/** Lets go of the links that led nowhere in earlier runs, once a run has read the whole source: those that still do are its own. */
export async function forgetLinks(session: Session, pipeline: string, run: string): Promise<void> {
  await session.query(`DELETE FROM platform.quarantine WHERE pipeline = $1 AND reason = 'brokenLink' AND run <> $2`, [
    pipeline,
    run,
  ]);
}

/** Lets go of what was in quarantine and has been loaded since, e.g. once its collection was there. */
export async function releaseItems(
  session: Session,
  pipeline: string,
  changes: readonly { readonly item: { readonly hash: string } }[],
): Promise<void> {
  if (changes.length === 0) return;
  const [kept] = await session.query<{ some: boolean }>(
    'SELECT EXISTS (SELECT FROM platform.quarantine WHERE pipeline = $1) AS some',
    [pipeline],
  );
  if (kept?.some !== true) return;
  await session.query(
    `DELETE FROM platform.quarantine WHERE pipeline = $1
       AND hash IN (SELECT decode(h, 'hex') FROM jsonb_array_elements_text($2::text::jsonb) AS h)`,
    [pipeline, JSON.stringify(changes.map(({ item }) => item.hash))],
  );
}
