import type { Database } from '../../database/connection.ts';
import { MISSING_SCHEMA, type Reason } from '../item/reason.ts';

/** What of a run, or of one shard of it, is in quarantine now. */
export interface QuarantineReport {
  /** How many items by reason, sorted. The same bytes in one file twice are one. */
  readonly reasons: Readonly<Partial<Record<Reason, number>>>;
  /** With `judge: full`: the addresses of JSON Schemas that were not to be had, and how many items name each. */
  readonly missingSchemas: Readonly<Record<string, number>>;
  /** The first of them, in the order of the source. */
  readonly items: readonly QuarantinedItem[];
}

export interface QuarantinedItem {
  /** `items.ndjson:7`, or `items.json, element 7` where it isn't a matter of lines. */
  readonly place: string;
  readonly item: string | null;
  readonly collection: string | null;
  readonly reason: Reason;
  readonly message: string;
}

/** Each item may name its own. */
const MOST_SCHEMAS = 100;

/** `most` is how many items are listed. */
export async function reportQuarantine(
  pgstac: Database,
  run: string,
  shard: number | null,
  most: number,
): Promise<QuarantineReport> {
  const own = 'FROM platform.quarantine WHERE run = $1 AND ($2::int IS NULL OR shard = $2::int)';
  return await pgstac.session(async (session) => {
    const reasons = await session.query<{ reason: Reason; times: number }>(
      `SELECT reason, count(*)::int AS times ${own} GROUP BY reason ORDER BY reason COLLATE "C"`,
      [run, shard],
    );
    const items = await session.query<QuarantinedItem & { source: string }>(
      `SELECT source, item, collection, reason, message ${own} ORDER BY batch, position LIMIT $3`,
      [run, shard, most],
    );
    const schemas = await session.query<{ schema: string; times: number }>(
      `SELECT m.found[1] AS schema, count(*)::int AS times
       FROM (SELECT message ${own} AND reason = 'schemaMissing') AS q,
         regexp_matches(q.message, '${MISSING_SCHEMA.replace('%', '(.*?)')}', 'g') AS m (found)
       GROUP BY m.found[1] ORDER BY m.found[1] COLLATE "C" LIMIT ${MOST_SCHEMAS}`,
      [run, shard],
    );
    return {
      missingSchemas: Object.fromEntries(schemas.map(({ schema, times }) => [schema, times])),
      reasons: Object.fromEntries(reasons.map(({ reason, times }) => [reason, times])),
      items: items.map(({ source, item, collection, reason, message }) => {
        const [place, said] = splitMessage(source, message);
        return { place, item, collection, reason, message: said };
      }),
    };
  });
}

/** A message of the quarantine begins with the place in its source. */
function splitMessage(source: string, message: string): readonly [place: string, said: string] {
  const end = message.indexOf(': ');
  const [within, said] = [message.slice(0, end), message.slice(end + 2)];
  const line = /^line (\d+)$/.exec(within)?.[1];
  return [line === undefined ? `${source}, ${within}` : `${source}:${line}`, said];
}
