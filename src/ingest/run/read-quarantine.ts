import type { Session } from '../../database/connection.ts';

/** What is in quarantine for one reason, of one pipeline, whichever run met it. */
export interface QuarantineReason {
  readonly pipeline: string;
  readonly reason: string;
  readonly items: number;
  /** When the first and the last of them came. */
  readonly first: Date;
  readonly last: Date;
  /** The latest, some of them. */
  readonly examples: readonly QuarantineExample[];
}

export interface QuarantineExample {
  readonly item: string | null;
  readonly collection: string | null;
  readonly source: string;
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Characters of one text: an id may be as long as whoever wrote it liked. */
const LONGEST = 500;

/** The whole quarantine by pipeline and reason, the most items first, with `examples` of each. */
export async function readQuarantine(session: Session, examples: number): Promise<readonly QuarantineReason[]> {
  return await session.query<QuarantineReason>(
    `SELECT q.pipeline, q.reason, count(*)::int AS items, min(q.since) AS first, max(q.since) AS last,
       (SELECT jsonb_agg(e ORDER BY e.since DESC, e.source, e.item) FROM (
          SELECT left(o.item, ${LONGEST}) AS item, left(o.collection, ${LONGEST}) AS collection,
            left(o.source, ${LONGEST}) AS source, left(o.message, ${LONGEST}) AS message,
            round(extract(epoch FROM o.since) * 1000)::float8 AS since
          FROM platform.quarantine o WHERE o.pipeline = q.pipeline AND o.reason = q.reason
          ORDER BY o.since DESC, o.source, o.hash LIMIT $1) AS e) AS examples
     FROM platform.quarantine q GROUP BY q.pipeline, q.reason
     ORDER BY items DESC, q.pipeline COLLATE "C", q.reason COLLATE "C"`,
    [examples],
  );
}
