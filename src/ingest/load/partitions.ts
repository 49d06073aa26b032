import { type Database, type DatabaseTarget, type Session, together } from '../../database/connection.ts';
import { readSqlState } from '../../database/failure.ts';
import { enterPgstac } from '../../database/pgstac-queue.ts';
import { quoteIdentifier, writeArray } from '../../database/quote.ts';
import { IngestionFailure } from '../failure.ts';
import type { PartitionKey } from '../item/shard.ts';
import { adviseFor } from './advice.ts';
import { MetAnother } from './retry.ts';

/**
 * Makes partitions where there are none and widens their constraints to all they can hold, so that it is done once and
 * not for each batch; `settlePartition` narrows them to what is there. Gives their names, in the order of the keys. All
 * in one transaction, so that they should be few: while one is made (some 10 ms) nobody reads pgSTAC's items.
 */
export async function preparePartitions(database: Database, keys: readonly PartitionKey[]): Promise<readonly string[]> {
  return await database.transaction((session) => widenPartitions(session, database.target, keys));
}

async function widenPartitions(
  session: Session,
  target: DatabaseTarget,
  keys: readonly PartitionKey[],
): Promise<readonly string[]> {
  await together([enterPgstac(session), lockMaking(session, keys)]);
  const [names] = await together([
    together(keys.map((key) => findName(session, key))),
    together(keys.map((key) => refuseOtherZone(session, target, key))),
  ]);
  await markStale(session, names);
  await together(keys.map((key) => checkPartition(session, key)));
  return names;
}

/** Two partitions of a new collection have the table above them in common. */
async function lockMaking(session: Session, keys: readonly PartitionKey[]): Promise<void> {
  const collections = [...new Set(keys.map(({ collection }) => collection))].sort();
  await together(
    collections.map((collection) =>
      session.query(`SELECT pg_advisory_xact_lock(hashtextextended('platform partitions of ' || $1, 0))`, [collection]),
    ),
  );
}

async function findName(session: Session, { collection, from }: PartitionKey): Promise<string> {
  const [found] = await session.query<{ name: string }>(
    'SELECT partition_name AS name FROM pgstac.partition_name($1, $2::timestamptz)',
    [collection, from],
  );
  if (found === undefined) throw new Error('partition_name gave no row');
  return found.name;
}

const UNDEFINED_TABLE = '42P01';

async function checkPartition(session: Session, { collection, from, to }: PartitionKey): Promise<void> {
  try {
    await session.query(
      `SELECT pgstac.check_partition($1, tstzrange($2::timestamptz, $3::timestamptz, $4),
         tstzrange('-infinity', 'infinity', '[]'))`,
      [collection, from, to, to === 'infinity' ? '[]' : '[)'],
    );
  } catch (error) {
    // It passes over whatever keeps it from making a table, another loader's doing the same among it.
    if (readSqlState(error) === UNDEFINED_TABLE) throw new MetAnother(`a partition of ${collection} was being made`);
    throw error;
  }
}

/**
 * pgSTAC 0.9 cuts months in the time zone of whoever loads, which its own staging tables take from the session, and 0.10
 * keeps the bounds it finds. Beside such a partition there is no place for the hours that it lacks of the month in UTC.
 */
async function refuseOtherZone(session: Session, target: DatabaseTarget, key: PartitionKey): Promise<void> {
  const { collection, period, from, to } = key;
  if (period === '') return;
  const [other] = await session.query<{ partition: string; range: string }>(
    `SELECT partition, partition_dtrange::text AS range FROM pgstac.partition_sys_meta
     WHERE collection = $1 AND partition_dtrange && tstzrange($2::timestamptz, $3::timestamptz)
       AND partition_dtrange <> tstzrange($2::timestamptz, $3::timestamptz)
     ORDER BY lower(partition_dtrange) LIMIT 1`,
    [collection, from, to],
  );
  if (other === undefined) return;
  const unit = period.includes('-') ? 'month' : 'year';
  throw new IngestionFailure(
    'refused',
    `collection ${collection}: the partition ${other.partition} holds ${other.range}, which is no ${unit} of UTC: it was made in another time zone`,
    {
      hint: adviseFor(
        target,
        `cut it anew: SET timezone TO 'UTC'; SET search_path TO pgstac, public; SELECT repartition('${collection.replaceAll("'", "''")}', '${unit}', true); then ALTER DATABASE … SET timezone TO 'UTC', so that other loaders keep to it`,
      ),
    },
  );
}

/**
 * Notes that partitions are being written to, and locks the notes: whoever settles one of them waits for this
 * transaction, and this one for them, while writers do not wait for each other. To be called before the first write to
 * any of them.
 */
export async function markStale(session: Session, partitions: readonly string[]): Promise<void> {
  const names = writeArray([...partitions].sort());
  for (;;) {
    const locked = await session.query(
      'SELECT FROM platform.stale_partition WHERE partition = ANY ($1::text::text[]) ORDER BY partition FOR KEY SHARE',
      [names],
    );
    if (locked.length === partitions.length) return;
    await session.query(
      `INSERT INTO platform.stale_partition (partition) SELECT unnest($1::text::text[]) ON CONFLICT (partition) DO NOTHING`,
      [names],
    );
  }
}

/** Names of the partitions that were written to since their statistics were made. */
export async function listStale(database: Database): Promise<readonly string[]> {
  const rows = await database.session((session) =>
    session.query<{ partition: string }>('SELECT partition FROM platform.stale_partition ORDER BY partition'),
  );
  return rows.map(({ partition }) => partition);
}

/**
 * Makes a partition's statistics and constraints as pypgstac leaves them, unless somebody else just did.
 * Settlers go one after the other: to read pgSTAC's views each takes a lock on every partition, before it wants its own
 * alone to alter it, so that two at once are a deadlock; and pgSTAC passes over whatever keeps it from making the
 * constraint. Loaders that are not ours may meet this one in the same way: so it is looked whether the constraint is there.
 */
export async function settlePartition(database: Database, partition: string): Promise<void> {
  const table = `pgstac.${quoteIdentifier(partition)}`;
  await database.transaction(async (session) => {
    const [, , taken, [found]] = await together([
      enterPgstac(session),
      session.query(`SELECT pg_advisory_xact_lock(hashtextextended('platform settles', 0))`),
      session.query('DELETE FROM platform.stale_partition WHERE partition = $1 RETURNING partition', [partition]),
      session.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [table]),
    ]);
    if (taken.length === 0 || found?.exists !== true) return;
    const [, [made]] = await together([
      session.query('SELECT pgstac.update_partition_stats($1, false)', [partition]),
      session.query<{ isThere: boolean }>(
        `SELECT pgstac.get_setting_bool('use_queue')
           OR EXISTS (SELECT FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'c') AS "isThere"`,
        [table],
      ),
    ]);
    if (made?.isThere !== true) throw new MetAnother(`the constraint of ${partition} was kept from being made`);
  });
}
