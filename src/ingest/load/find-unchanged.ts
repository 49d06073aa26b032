import type { Session } from '../../database/connection.ts';
import { writeArray } from '../../database/quote.ts';
import type { Instant } from '../item/instant.ts';
import type { GoodItem } from '../item/judge.ts';
import { type Found, LEDGER_VERSION } from './lookup.ts';

/** Who asks. */
export interface Asker {
  /** A UUID; what this run has met itself is not found. */
  readonly run: string;
  readonly pipeline: string;
  /** Every item will be noted as met, and not only those that no run of the pipeline has met: then all have a version. */
  readonly notesAll: boolean;
}

/** An item that stands in the ledger with the hash asked for, and in pgSTAC where it was put. */
export interface Unchanged {
  /** Its place among those asked for, from 0. */
  readonly place: number;
  readonly start: Instant;
  readonly found: Found;
}

/** What is found of an item that was loaded with this very content by another run. */
const AS_IT_WAS = { own: false, superseded: false, unchanged: true, isThere: true, partitions: [] } as const;

/** The same of one that need not be noted, so that its version is not asked for. */
const NOTED: Found = { ...AS_IT_WAS, version: null, isNoted: true };

/**
 * Which items of a collection are unchanged, in no order. One row with a text of all of them: a row for each would cost
 * more on its way than the two probes of an index that find it. Each LIMIT keeps the planner to those probes.
 */
export async function findUnchanged(
  session: Session,
  collection: string,
  { run, pipeline, notesAll }: Asker,
  items: readonly Pick<GoodItem, 'id' | 'hash'>[],
): Promise<readonly Unchanged[]> {
  const [row] = await session.query<{ unchanged: string | null }>(
    `SELECT string_agg(concat_ws(' ', w.place - 1, (extract(epoch FROM l.start) * 1000000)::bigint,
         CASE WHEN $6 OR (l.pipeline IN ($4, '*')) IS NOT TRUE THEN ${LEDGER_VERSION} END), ',') AS unchanged
     FROM unnest($2::text::text[], $3::text::text[]) WITH ORDINALITY AS w (id, hash, place)
     CROSS JOIN LATERAL (SELECT * FROM platform.ledger WHERE collection = $1 AND id = w.id LIMIT 1) AS l
     WHERE l.hash = decode(w.hash, 'hex') AND l.run IS DISTINCT FROM $5::uuid
       AND (SELECT true FROM pgstac.items i
         WHERE i.collection = $1 AND i.id = w.id AND i.datetime = l.start LIMIT 1)`,
    [
      collection,
      writeArray(items.map(({ id }) => id)),
      writeArray(items.map(({ hash }) => hash)),
      pipeline,
      run,
      notesAll,
    ],
  );
  return row === undefined || row.unchanged === null ? [] : row.unchanged.split(',').map(readUnchanged);
}

function readUnchanged(text: string): Unchanged {
  const [place, start, ...version] = text.split(' ');
  const found = version.length === 0 ? NOTED : { ...AS_IT_WAS, version: version.join(' '), isNoted: false };
  return { place: Number(place), start: BigInt(start as string), found };
}
