import type { Database } from '../../database/connection.ts';
import { asOnePart, type OpenSource, type SourceDocument } from './document.ts';

/** Which quarantined items of a pipeline are tried again. */
export interface RetryChoice {
  /** Null for every reason. */
  readonly reason: string | null;
  /** An item's id; null for every item. */
  readonly item: string | null;
}

const PREFIX = 'quarantine ';

/** What stands as the source of a run that tries items again: who goes on with it reads the same ones. */
export function nameRetry({ reason, item }: RetryChoice): string {
  return PREFIX + JSON.stringify({ reason, item });
}

/** Null where the run reads its pipeline's own source. */
export function readRetry({ source }: { readonly source: string | null }): RetryChoice | null {
  return source?.startsWith(PREFIX) === true ? (JSON.parse(source.slice(PREFIX.length)) as RetryChoice) : null;
}

/** What there is of a choice. */
export interface Choosable {
  readonly retriable: number;
  /** Their bytes cannot become an item: there is no id in them, or only their beginning was kept. */
  readonly unreadable: number;
  /** A later version of the item was loaded since, or is in quarantine itself: this one would take its place. */
  readonly superseded: number;
  /** The same bytes were loaded since: they have left the quarantine now. */
  readonly released: number;
}

/** When a row was last met: by its run's plan, within a run by batch and position. */
const metAt = (row: string, run: string) =>
  `(coalesce(${run}.planned, '-infinity'), ${row}.run, ${row}.batch, ${row}.position)`;
const CHOSEN = '($2::text IS NULL OR reason = $2) AND ($3::text IS NULL OR item = $3)';

/** The quarantine of a pipeline, each row with what a retry makes of it: sorted as a whole, whatever its size. */
const SORTED = `
  SELECT q.source, q.hash, q.run, q.reason, q.item, q.message,
    q.item IS NOT NULL AND q.collection IS NOT NULL AND q.reason NOT IN ('tooLarge', 'brokenLink') AS readable,
    row_number() OVER (PARTITION BY q.collection, q.item ORDER BY ${metAt('q', 'r')} DESC) > 1
      OR coalesce(${metAt('l', 'lr')} > ${metAt('q', 'r')}, false) AS superseded
  FROM platform.quarantine q
  LEFT JOIN platform.run r ON r.run = q.run
  LEFT JOIN platform.ledger l ON l.collection = q.collection AND l.id = q.item
  LEFT JOIN platform.run lr ON lr.run = l.run
  WHERE q.pipeline = $1`;

/** Lets go of what was loaded since, and counts what there is to try again and what is not tried. */
export async function sortOutQuarantine(
  database: Database,
  pipeline: string,
  { reason, item }: RetryChoice,
): Promise<Choosable> {
  const values = [pipeline, reason, item];
  return await database.transaction(async (session) => {
    const released = await session.query(
      `DELETE FROM platform.quarantine WHERE pipeline = $1 AND ${CHOSEN} AND (source, hash) IN (
         SELECT q.source, q.hash FROM platform.quarantine q LEFT JOIN platform.run r ON r.run = q.run
         JOIN platform.ledger l ON l.collection = q.collection AND l.id = q.item AND l.hash = q.hash
         LEFT JOIN platform.run lr ON lr.run = l.run
         WHERE q.pipeline = $1 AND ${metAt('l', 'lr')} > ${metAt('q', 'r')}) RETURNING 1`,
      values,
    );
    const [row] = await session.query<Omit<Choosable, 'released'>>(
      `SELECT count(*) FILTER (WHERE readable AND NOT superseded)::int AS retriable,
         count(*) FILTER (WHERE NOT readable)::int AS unreadable,
         count(*) FILTER (WHERE readable AND superseded)::int AS superseded
       FROM (${SORTED}) AS q WHERE ${CHOSEN}`,
      values,
    );
    return { retriable: 0, unreadable: 0, superseded: 0, ...row, released: released.length };
  });
}

/**
 * Lets go of what a retry met in its collection already and, by `method: ignore`, leaves there as it is: nobody waits for
 * it any more. To be called once every shard of the run is done.
 */
export async function releaseIgnored(database: Database, pipeline: string, run: string): Promise<void> {
  await database.session((session) =>
    session.query(
      `DELETE FROM platform.quarantine WHERE pipeline = $1 AND hash IN (
         SELECT decode(w.hash, 'hex') FROM platform.receipt r, jsonb_to_recordset(r.items) AS w (outcome text, hash text)
         WHERE r.run = $2 AND w.outcome = 'ignored')`,
      [pipeline, run],
    ),
  );
}

export interface RetryPlan {
  readonly run: string;
  readonly pipeline: string;
  readonly choice: RetryChoice;
  /** Items tried at most, without those of earlier starts of the run; null for all. */
  readonly most: number | null;
}

/** Rows whose keys are held at once. */
const PAGE = 10_000;

/**
 * The quarantined items of a choice as a source, in the order of their key: those that load leave, and those that fail
 * again are the run's own from then on, so that whoever goes on with it reads the rest. One item's bytes are held at a
 * time.
 */
export function openQuarantine(database: Database, plan: RetryPlan): OpenSource {
  return {
    async *collections() {},
    parts: (done) => asOnePart(done, () => readQuarantine(database, plan)),
  };
}

async function* readQuarantine(database: Database, plan: RetryPlan): AsyncGenerator<readonly SourceDocument[]> {
  let left = plan.most ?? Number.POSITIVE_INFINITY;
  let after: Pick<Row, 'source' | 'hash'> = { source: '', hash: '' };
  for (;;) {
    const rows = await listNext(database, plan, after);
    for (const row of rows) {
      if (left <= 0) return;
      const bytes = await readBytes(database, plan.pipeline, row);
      if (bytes === null) continue;
      left -= 1;
      yield [{ bytes, source: row.source, place: readPlace(row.message), tooLarge: false }];
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

interface Row {
  readonly source: string;
  /** Hexadecimal. */
  readonly hash: string;
  readonly message: string;
}

async function listNext(
  database: Database,
  { run, pipeline, choice }: RetryPlan,
  after: Pick<Row, 'source' | 'hash'>,
): Promise<readonly Row[]> {
  return await database.session((session) =>
    session.query<Row>(
      `SELECT source, encode(hash, 'hex') AS hash, message FROM (${SORTED}) AS q
       WHERE ${CHOSEN} AND (source, hash) > ($4, decode($5, 'hex')) AND run <> $6 AND readable AND NOT superseded
       ORDER BY source, hash LIMIT ${PAGE}`,
      [pipeline, choice.reason, choice.item, after.source, after.hash, run],
    ),
  );
}

/** Null where it has left the quarantine meanwhile. */
async function readBytes(database: Database, pipeline: string, { source, hash }: Row): Promise<Buffer | null> {
  const [row] = await database.session((session) =>
    session.query<{ bytes: string }>(
      `SELECT encode(bytes, 'base64') AS bytes FROM platform.quarantine
       WHERE pipeline = $1 AND source = $2 AND hash = decode($3, 'hex')`,
      [pipeline, source, hash],
    ),
  );
  return row === undefined ? null : Buffer.from(row.bytes, 'base64');
}

/** A message of the quarantine begins with the place in its source. */
function readPlace(message: string): string {
  return message.slice(0, Math.max(message.indexOf(': '), 0));
}
