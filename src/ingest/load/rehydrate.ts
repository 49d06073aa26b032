import type { Session } from '../../database/connection.ts';
import { enterPgstac } from '../../database/pgstac-queue.ts';
import { quoteIdentifier } from '../../database/quote.ts';
import { IngestionFailure } from '../failure.ts';
import { type BaseValue, printBaseValue, readBaseItem } from '../item/base-item.ts';
import { writeContent } from '../item/dehydrate.ts';
import { hydrateValue } from '../item/hydrate.ts';
import type { RowTools } from '../item/row-tools.ts';

/** Rows read, and rewritten, at once: so many, or of so many bytes. */
const PAGE_ITEMS = 500;
const PAGE_BYTES = 8 * 1024 * 1024;

/** A collection whose base item is about to become another: both as PostgreSQL's text. */
export interface Rebased {
  readonly id: string;
  readonly oldBase: string;
  readonly newBase: string;
}

/**
 * Rewrites the items of a collection of pgSTAC 0.9 for its new base item, so that each is read as it was before. To be
 * called in the transaction that changes the collection, with the collection's row locked: whoever reads sees both or
 * neither, and a death in between leaves all as it was. Nobody else can write items of the collection until it commits,
 * and nothing but content changes: statistics and constraints of the partitions, and the ledger, stay right.
 *
 * Throws `IngestionFailure` where pgSTAC itself would read an item otherwise than before.
 */
export async function rehydrateItems(session: Session, rebased: Rebased, tools: RowTools): Promise<void> {
  await enterPgstac(session);
  // Rows that another loader has written and not committed yet are of the old base as well: it is waited for.
  const [table] = await session.query<{ name: string | null }>(
    `SELECT to_regclass('pgstac._items_' || key)::text AS name FROM pgstac.collections WHERE id = $1`,
    [rebased.id],
  );
  if (table?.name == null) return;
  await session.query(`LOCK TABLE ${table.name} IN SHARE ROW EXCLUSIVE MODE`);
  const partitions = await session.query<{ partition: string }>(
    'SELECT partition FROM pgstac.partition_sys_meta WHERE collection = $1 ORDER BY partition',
    [rebased.id],
  );
  const bases = {
    old: readBaseItem(rebased.oldBase, tools.scanner),
    new: readBaseItem(rebased.newBase, tools.scanner),
  };
  for (const { partition } of partitions) {
    for (let page = await readPage(session, partition, null); page.length > 0; ) {
      const rows = page.map(({ id, content }) => ({ id, content: rewriteContent(content, bases, tools) }));
      await writePage(session, partition, rebased, rows);
      page = await readPage(session, partition, page.at(-1)?.id ?? null);
    }
  }
  await session.query('DELETE FROM pgstac.format_item_cache WHERE collection = $1', [rebased.id]);
}

interface Row {
  readonly id: string;
  /** JSON. */
  readonly content: string;
}

/** The rows after an id, at least one where there are any. */
async function readPage(session: Session, partition: string, after: string | null): Promise<readonly Row[]> {
  return await session.query<Row>(
    `SELECT id, content FROM (
       SELECT id, content, row_number() OVER (ORDER BY id) AS number,
         sum(octet_length(content)) OVER (ORDER BY id) AS size
       FROM (SELECT id, content::text AS content FROM pgstac.${quoteIdentifier(partition)}
         WHERE $1::text IS NULL OR id > $1::text ORDER BY id LIMIT ${PAGE_ITEMS}) AS page
     ) AS sized WHERE number = 1 OR size <= ${PAGE_BYTES} ORDER BY id`,
    [after],
  );
}

function rewriteContent(
  content: string,
  bases: { readonly old: BaseValue; readonly new: BaseValue },
  { scanner, writer }: RowTools,
): string {
  const whole = hydrateValue(readBaseItem(content, scanner), bases.old);
  if (whole === null) throw new Error('the content of an item is no object');
  const fault = scanner.scan(Buffer.from(printBaseValue(whole)));
  if (fault !== null) throw new Error(`an item that was hydrated is no JSON: ${fault.message}`);
  writeContent(writer, scanner, bases.new, null);
  return writer.take().toString('utf8');
}

/** pgSTAC's own function has the last word on whether an item is read as before. */
async function writePage(
  session: Session,
  partition: string,
  { id: collection, oldBase, newBase }: Rebased,
  rows: readonly Row[],
): Promise<void> {
  const written = `[${rows.map(({ id, content }) => `{"id":${JSON.stringify(id)},"content":${content}}`).join(',')}]`;
  const values = 'jsonb_to_recordset($1::text::jsonb) AS w (id text, content jsonb)';
  const table = `pgstac.${quoteIdentifier(partition)}`;
  const [other] = await session.query<{ id: string }>(
    `SELECT i.id FROM ${table} i JOIN ${values} USING (id)
     WHERE merge_jsonb(i.content, $2::text::jsonb) IS DISTINCT FROM merge_jsonb(w.content, $3::text::jsonb) LIMIT 1`,
    [written, oldBase, newBase],
  );
  if (other !== undefined)
    throw new IngestionFailure(
      'refused',
      `collection ${collection}: pgSTAC would read item ${other.id} otherwise beside the new item_assets`,
      { hint: 'nothing was changed: delete the item, or load it again once the collection is changed' },
    );
  await session.query(
    `UPDATE ${table} i SET content = w.content FROM ${values} WHERE i.id = w.id AND i.content <> w.content`,
    [written],
  );
}
