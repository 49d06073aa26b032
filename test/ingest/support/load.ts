import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../../src/database/connection.ts';
import type { FinishReport } from '../../../src/ingest/run/finish-run.ts';
import { makeTemporaryFolder } from '../../support/temporary.ts';
import type { Databases } from './databases.ts';
import { type IngestOptions, ingest } from './ingest.ts';
import { lines, makeCollection } from './items.ts';
import { makePorts } from './ports.ts';

/** Loads documents from a file of lines, behind the collection `scenes`. */
export async function load(
  databases: Databases,
  documents: readonly unknown[],
  options: IngestOptions = {},
): Promise<FinishReport> {
  return await loadText(databases, lines(...documents), options);
}

export async function loadText(
  databases: Databases,
  text: string,
  options: IngestOptions & { collection?: object; file?: string } = {},
): Promise<FinishReport> {
  const folder = makeTemporaryFolder('load');
  const file = options.file ?? 'items.ndjson';
  writeFileSync(join(folder, 'collection.json'), JSON.stringify(options.collection ?? makeCollection()));
  writeFileSync(join(folder, file), text);
  return await ingest({ kind: 'files', files: ['collection.json', file] }, makePorts(databases, folder), options);
}

/** Rows of a query. */
export async function rowsOf<Row extends object>(database: Database, sql: string): Promise<readonly Row[]> {
  return await database.session((session) => session.query<Row>(sql));
}

/** What somebody does to the database in SQL of their own, as pgSTAC wants it: with its search_path. */
export async function change(database: Database, sql: string): Promise<void> {
  await database.transaction(async (session) => {
    await session.query(`SELECT set_config('search_path', 'pgstac, public', true)`);
    await session.run(sql);
  });
}

/** Every item with its partition and content. */
export async function itemsOf(
  database: Database,
): Promise<readonly { id: string; partition: string; content: Record<string, unknown> }[]> {
  return await rowsOf(
    database,
    `SELECT i.id, regexp_replace(c.relname, '^_items_\\d+_?', '') AS partition, i.content FROM pgstac.items i JOIN pg_class c ON c.oid = i.tableoid
     ORDER BY i.collection COLLATE "C", i.id COLLATE "C", partition`,
  );
}

/** Everything that loading leaves, in an order of its own: two databases are alike where this is. */
export async function describeDatabase(database: Database): Promise<Record<string, readonly object[]>> {
  return await database.transaction(async (session) => {
    await session.query(
      `SELECT set_config('search_path', 'pgstac, public', true), set_config('timezone', 'UTC', true)`,
    );
    const described: Record<string, readonly object[]> = {};
    for (const [name, sql] of Object.entries(descriptions)) described[name] = await session.query(sql);
    return described;
  });
}

const numbered = (column: string) => `replace(${column}, '_items_' || c.key, '_items_#')`;
const descriptions: Readonly<Record<string, string>> = {
  items: `SELECT i.collection, i.id, i.datetime::text, i.end_datetime::text, md5(ST_AsEWKB(i.geometry)) AS geometry, md5(i.content::text) AS content,
      i.private::text, ${numbered('r.relname')} AS partition
    FROM items i JOIN collections c ON c.id = i.collection JOIN pg_class r ON r.oid = i.tableoid ORDER BY i.collection COLLATE "C", i.id COLLATE "C", i.datetime`,
  collections: `SELECT id, content::text, partition_trunc, base_item::text FROM collections ORDER BY id COLLATE "C"`,
  partitions: `SELECT ${numbered('p.partition')} AS partition, p.collection, p.partition_dtrange::text, p.constraint_dtrange::text, p.constraint_edtrange::text,
      s.dtrange::text, s.edtrange::text
    FROM partition_sys_meta p JOIN collections c ON c.id = p.collection LEFT JOIN partition_stats s USING (partition) ORDER BY 1, 2`,
  indexes: `SELECT regexp_replace(indexname, '_items_\\d+', '_items_#') AS name, regexp_replace(indexdef, '_items_\\d+', '_items_#', 'g') AS definition
    FROM pg_indexes WHERE schemaname = 'pgstac' AND tablename LIKE '\\_items\\_%' ORDER BY 1, 2`,
  extents: `SELECT id, collection_extent(id, false)::text AS extent FROM collections ORDER BY id COLLATE "C"`,
  leftovers: `SELECT (SELECT count(*) FROM query_queue)::text AS queue, (SELECT count(*) FROM items_staging)::text AS staging`,
};
