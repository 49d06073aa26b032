import type { Session } from '../../database/connection.ts';
import { IngestionFailure } from '../failure.ts';

/** What differs between the releases of pgSTAC that can be loaded into. */
export interface Layout {
  /** E.g. `0.9.11`. */
  readonly version: string;
  /** 0.10: base items have a history, and an item names the one it was dehydrated against. */
  readonly namesBaseItems: boolean;
}

const ITEM_COLUMNS = 'collection,content,datetime,end_datetime,geometry,id,private';

/**
 * Reads which pgSTAC this is from its tables and functions, not only its version: two layouts call themselves 0.10.
 * Throws `IngestionFailure` for one that is not known, rather than load what it would read wrongly.
 */
export async function readLayout(session: Session): Promise<Layout> {
  const [found] = await session
    .query<{ version: string; columns: string | null; named: boolean }>(
      `SELECT pgstac.get_version() AS version,
         (SELECT string_agg(attname::text, ',' ORDER BY attname::text) FROM pg_attribute
          WHERE attrelid = to_regclass('pgstac.items') AND attnum > 0 AND NOT attisdropped) AS columns,
         to_regprocedure('pgstac.current_base_item(text)') IS NOT NULL AS named`,
    )
    .catch((cause: unknown) => {
      throw new IngestionFailure('database', 'the database has no pgSTAC that can be read', {
        hint: 'run: platform db init',
        cause,
      });
    });
  if (found === undefined || found.columns !== ITEM_COLUMNS || !/^0\.(9|10)\./.test(found.version)) {
    const what = found?.columns === ITEM_COLUMNS ? '' : ` whose items have the columns ${found?.columns}`;
    throw new IngestionFailure('refused', `pgSTAC ${found?.version}${what} is not one this runner knows`, {
      hint: 'it loads into pgSTAC 0.9 and 0.10 as they are on PyPI',
    });
  }
  return { version: found.version, namesBaseItems: found.named };
}
