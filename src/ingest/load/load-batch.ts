import { type Database, type Session, together } from '../../database/connection.ts';
import { frameRows } from '../../database/copy-binary.ts';
import { describeError } from '../../database/failure.ts';
import { quoteIdentifier } from '../../database/quote.ts';
import { writeContent } from '../item/dehydrate.ts';
import { type GoodItem, judgeDocument } from '../item/judge.ts';
import type { Fault } from '../item/reason.ts';
import type { RowTools } from '../item/row-tools.ts';
import type { RowWriter } from '../item/row-writer.ts';
import { findMember, kindAt, type Tape, Token } from '../json/tape.ts';
import type { KnownCollection } from './collections.ts';
import type { Met } from './ledger.ts';
import { markStale } from './partitions.ts';
import { isRefusal, MetAnother } from './retry.ts';

/** A row of `pgstac.items` in COPY's binary format, and the collection that its content was told from. */
export interface ItemRow {
  readonly collection: KnownCollection;
  readonly bytes: Buffer;
}

/** An item to be written, what the database has of it, and where it goes. */
export interface Change extends Met {
  readonly collection: KnownCollection;
  /** Written when the item was read; null, or of a collection that has changed since, it is written now. */
  readonly row: ItemRow | null;
  /** pgSTAC's partition. */
  readonly partition: string;
}

const PRIVATE = Buffer.from('private');

const COLUMNS = ['id', 'collection', 'datetime', 'end_datetime', 'geometry', 'content', 'private'];

/**
 * Locks what `writeRows` relies on: the items' collections, and the notes that their partitions are written to. To be
 * called before it, in the same transaction.
 */
export async function lockTargets(session: Session, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const partitions = new Set(changes.flatMap(({ partition, found }) => [partition, ...found.partitions]));
  await together([lockCollections(session, changes), markStale(session, [...partitions])]);
}

/**
 * Writes items into their partitions, in the transaction of their batch and after the ledger: every old row goes,
 * wherever the item's datetime had put it, and the new ones are copied straight into their partitions, as pypgstac does.
 */
export async function writeRows(session: Session, changes: readonly Change[], tools: RowTools): Promise<void> {
  const old = groupBy(
    changes.flatMap(({ item: { id }, found }) => found.partitions.map((partition) => ({ id, partition }))),
    ({ partition }) => partition,
  );
  const deleted = [...old].map(([partition, rows]) =>
    deleteRows(
      session,
      partition,
      rows.map(({ id }) => id),
    ),
  );
  const copied = [...groupBy(changes, ({ partition }) => partition)].map(([partition, rows]) => {
    const table = { schema: 'pgstac', name: partition, columns: COLUMNS, format: 'binary' } as const;
    return session.copyInto(table, frameRows(listRows(rows, tools)));
  });
  await together([...deleted, ...copied]);
}

/** Each row when its turn comes: large ones are written only then. */
function* listRows(changes: readonly Change[], tools: RowTools): Generator<Buffer> {
  for (const { item, collection, row } of changes)
    yield row?.collection === collection ? row.bytes : rewriteRow(item, collection, tools);
}

/** Holds off a change of base_item until these items are in, and finds one that came between. */
async function lockCollections(session: Session, changes: readonly Change[]): Promise<void> {
  const collections = new Map(changes.map(({ collection }) => [collection.id, collection]));
  const lock = async (id: string) => {
    const [row] = await session.query<{ fingerprint: string }>(
      'SELECT md5(base_item::text) AS fingerprint FROM pgstac.collections WHERE id = $1 FOR SHARE',
      [id],
    );
    if (row?.fingerprint !== collections.get(id)?.fingerprint)
      throw new MetAnother(`collection ${id} was changed meanwhile`);
  };
  await together([...collections.keys()].sort().map(lock));
}

/** The partition itself is named, so that pgSTAC's triggers, which would make its statistics for each batch, stay out. */
export async function deleteRows(session: Session, partition: string, ids: readonly string[]): Promise<void> {
  const [row] = await session.query<{ deleted: number }>(
    `WITH deleted AS (
       DELETE FROM pgstac.${quoteIdentifier(partition)}
       WHERE id IN (SELECT jsonb_array_elements_text($1::text::jsonb)) RETURNING collection, id
     ), forgotten AS (
       DELETE FROM pgstac.format_item_cache c USING deleted d WHERE c.collection = d.collection AND c.id = d.id
     ) SELECT count(*)::int AS deleted FROM deleted`,
    [JSON.stringify(ids)],
  );
  if (row?.deleted !== ids.length) throw new MetAnother(`items of ${partition} were moved meanwhile`);
}

function rewriteRow(item: GoodItem, collection: KnownCollection, { scanner, writer }: RowTools): Buffer {
  const judged = judgeDocument({ bytes: item.bytes, source: '', place: '', tooLarge: false }, scanner);
  if (judged.kind !== 'item') throw new Error(`an item that was sound no longer is: ${item.id} of ${item.collection}`);
  return writeRow(judged, collection, scanner, writer);
}

/** The row of an item that was just scanned. */
export function writeRow(item: GoodItem, collection: KnownCollection, tape: Tape, writer: RowWriter): Buffer {
  if (item.geometry === null) throw new Error(`${item.id} of ${item.collection} was not judged`);
  writer.beginRow(COLUMNS.length);
  writer.textField(item.id);
  writer.textField(item.collection);
  writer.instantField(item.start);
  writer.instantField(item.end);
  writer.bytesField(item.geometry);
  writer.beginJson();
  writeContent(writer, tape, collection.base, collection.baseItemId);
  writer.endField();
  const own = findMember(tape, 0, PRIVATE);
  if (own === undefined || kindAt(tape, own) === Token.null) {
    writer.nullField();
  } else {
    writer.beginJson();
    writer.value(tape, own);
    writer.endField();
  }
  return writer.take();
}

/** Rolls back a write that was only a question. */
class Asked extends Error {}

/**
 * Which items the database refuses to store, each with its words. An index of a queryable that wants a number is enough,
 * and no judge knows of it. Asked all at once, then by halves.
 */
export async function findRefused(
  database: Database,
  changes: readonly Change[],
  tools: RowTools,
): Promise<ReadonlyMap<GoodItem, Fault>> {
  const [first, ...others] = changes;
  if (first === undefined) return new Map();
  const refusal = await askRefusal(database, changes, tools);
  if (refusal === null) return new Map();
  if (others.length === 0)
    return new Map([[first.item, { reason: 'refusedByDatabase', message: describeError(refusal) }]]);
  const middle = Math.ceil(changes.length / 2);
  const head = await findRefused(database, changes.slice(0, middle), tools);
  return new Map([...head, ...(await findRefused(database, changes.slice(middle), tools))]);
}

/** What the database says to a write that is rolled back; null where it would do it. */
async function askRefusal(database: Database, changes: readonly Change[], tools: RowTools): Promise<unknown> {
  try {
    await database.transaction(async (session) => {
      await lockTargets(session, changes);
      await writeRows(session, changes, tools);
      throw new Asked();
    });
  } catch (error) {
    if (isRefusal(error)) return error;
    if (!(error instanceof Asked)) throw error;
  }
  return null;
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return new Map([...groups].sort(([one], [other]) => (one < other ? -1 : 1)));
}
