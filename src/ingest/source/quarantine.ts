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

/** When a row of the ledger or the quarantine was last met: by the run's plan, within a run by batch and position. */
const metAt = (row: string) =>
  `(coalesce((SELECT planned FROM platform.run WHERE run = ${row}.run), '-infinity'), ${row}.run, ${row}.batch, ${row}.position)`;
const CHOSEN = `q.pipeline = $1 AND ($2::text IS NULL OR q.reason = $2) AND ($3::text IS NULL OR q.item = $3)`;
const READABLE = `(q.item IS NOT NULL AND q.collection IS NOT NULL AND q.reason NOT IN ('tooLarge', 'brokenLink'))`;
const SUPERSEDED = `(EXISTS (
    SELECT FROM platform.ledger l WHERE l.collection = q.collection AND l.id = q.item AND ${metAt('l')} > ${metAt('q')}
  ) OR EXISTS (
    SELECT FROM platform.quarantine o WHERE o.pipeline = q.pipeline AND o.collection = q.collection AND o.item = q.item
      AND ${metAt('o')} > ${metAt('q')}
  ))`;

/** Lets go of what was loaded since, and counts what there is to try again and what is not tried. */
export async function sortOutQuarantine(
  database: Database,
  pipeline: string,
  { reason, item }: RetryChoice,
): Promise<Choosable> {
  const values = [pipeline, reason, item];
  return await database.transaction(async (session) => {
    const released = await session.query(
      `DELETE FROM platform.quarantine q USING platform.ledger l
       WHERE ${CHOSEN} AND l.collection = q.collection AND l.id = q.item AND l.hash = q.hash
         AND ${metAt('l')} > ${metAt('q')} RETURNING 1`,
      values,
    );
    const [row] = await session.query<Omit<Choosable, 'released'>>(
      `SELECT count(*) FILTER (WHERE readable AND NOT superseded)::int AS retriable,
         count(*) FILTER (WHERE NOT readable)::int AS unreadable,
         count(*) FILTER (WHERE readable AND superseded)::int AS superseded
       FROM (SELECT ${READABLE} AS readable, ${SUPERSEDED} AS superseded FROM platform.quarantine q WHERE ${CHOSEN}) AS w`,
      values,
    );
    return { retriable: 0, unreadable: 0, superseded: 0, ...row, released: released.length };
  });
}

export interface RetryPlan {
  readonly run: string;
  readonly pipeline: string;
  readonly choice: RetryChoice;
  /** Items tried at most, without those of earlier starts of the run; null for all. */
  readonly most: number | null;
}

/** Rows whose keys are held at once. */
const PAGE = 1000;

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

async function* readQuarantine(database: Database, plan: RetryPlan): AsyncGenerator<SourceDocument> {
  let left = plan.most ?? Number.POSITIVE_INFINITY;
  let after: Pick<Row, 'source' | 'hash'> = { source: '', hash: '' };
  for (;;) {
    const rows = await listNext(database, plan, after);
    for (const row of rows) {
      if (left <= 0) return;
      const bytes = await readBytes(database, plan.pipeline, row);
      if (bytes === null) continue;
      left -= 1;
      yield { bytes, source: row.source, place: readPlace(row.message), tooLarge: false };
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
      `SELECT q.source, encode(q.hash, 'hex') AS hash, q.message FROM platform.quarantine q
       WHERE ${CHOSEN} AND (q.source, q.hash) > ($4, decode($5, 'hex')) AND q.run <> $6 AND ${READABLE} AND NOT ${SUPERSEDED}
       ORDER BY q.source, q.hash LIMIT ${PAGE}`,
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
