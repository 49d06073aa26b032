import { type Database, together } from '../../database/connection.ts';
import { enterPgstac } from '../../database/pgstac-queue.ts';
import { type Instant, parseInstant } from '../item/instant.ts';
import type { PartitionKey } from '../item/shard.ts';

/** From the first moment to the last, both inclusive. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** When items begin and end. */
export interface Spans {
  readonly starts: Span;
  readonly ends: Span;
}

/** A `Span` that may be open; null is without end. */
interface Bound {
  readonly from: Instant | null;
  readonly to: Instant | null;
}

/** A partition that is there, and what its constraint takes as it is. */
export interface Bounds {
  readonly partition: string;
  /** The partition's own, by which it is found. */
  readonly period: Bound;
  readonly starts: Bound;
  readonly ends: Bound;
}

/**
 * What the partitions of a collection take without being widened. One that pgSTAC keeps no statistics of is left out:
 * its search would not find it.
 */
export async function readBounds(database: Database, collection: string): Promise<readonly Bounds[]> {
  const rows = await database.transaction(async (session) => {
    const [, found] = await together([
      enterPgstac(session),
      session.query<{ partition: string; bounds: readonly (string | null)[] }>(
        `SELECT m.partition, jsonb_build_array(${BOUNDS.map(writeMicroseconds).join(', ')}) AS bounds
         FROM pgstac.partition_sys_meta m WHERE m.collection = $1
           AND EXISTS (SELECT FROM pgstac.partition_stats s WHERE s.partition = m.partition)`,
        [collection],
      ),
    ]);
    return found;
  });
  return rows.map(({ partition, bounds }) => {
    const bound = (place: number): Bound => ({ from: readMoment(bounds[place]), to: readMoment(bounds[place + 1]) });
    return { partition, period: bound(0), starts: bound(2), ends: bound(4) };
  });
}

const BOUNDS = ['partition_dtrange', 'constraint_dtrange', 'constraint_edtrange'].flatMap((range) => [
  `lower(m.${range})`,
  `upper(m.${range})`,
]);

/** As text: JSON's numbers may be read as floats. */
function writeMicroseconds(moment: string): string {
  return `CASE WHEN isfinite(${moment}) THEN (extract(epoch FROM ${moment}) * 1000000)::bigint::text END`;
}

function readMoment(text: string | null | undefined): Instant | null {
  return text == null ? null : BigInt(text);
}

/** The partition of a key, where it takes items of these spans as it is. */
export function findRoom(all: readonly Bounds[], { from, to }: PartitionKey, { starts, ends }: Spans): string | null {
  const period = { from: parseInstant(from), to: parseInstant(to) };
  const found = all.find((one) => one.period.from === period.from && one.period.to === period.to);
  return found !== undefined && isIn(starts, found.starts) && isIn(ends, found.ends) ? found.partition : null;
}

function isIn(span: Span, { from, to }: Bound): boolean {
  return (from === null || span.from >= from) && (to === null || span.to <= to);
}
