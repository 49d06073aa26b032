import type { Session } from '../connection.ts';
import { readSqlState } from '../failure.ts';

/** Milliseconds in which a search for one item is answered, whatever is loaded: its partitions' indexes are there. */
const BOUND = 5000;

/** pgSTAC's own search, with a CQL2 filter over a collection that is there, if one is. */
export async function trySearch(session: Session): Promise<string> {
  await session.run(`SET LOCAL search_path TO pgstac, public; SET LOCAL statement_timeout = ${BOUND}`);
  const [collection] = await session.query<{ id: string }>('SELECT id FROM pgstac.collections ORDER BY id LIMIT 1');
  const id = collection?.id ?? 'none';
  const search = {
    limit: 1,
    'filter-lang': 'cql2-json',
    filter: {
      op: 'and',
      args: [
        { op: '=', args: [{ property: 'collection' }, id] },
        { op: '>=', args: [{ property: 'datetime' }, { timestamp: '1900-01-01T00:00:00Z' }] },
      ],
    },
  };
  const { type, features } = await answer(session, JSON.stringify(search));
  if (type !== 'FeatureCollection' || features === undefined)
    throw new Error('pgstac.search gave no FeatureCollection');
  return `a FeatureCollection of ${features.length}, by a CQL2 filter${collection === undefined ? '' : ` on ${id}`}`;
}

interface Answer {
  readonly type?: string;
  readonly features?: readonly unknown[];
}

async function answer(session: Session, search: string): Promise<Answer> {
  try {
    const [row] = await session.query<{ answer: Answer }>('SELECT pgstac.search($1::jsonb) AS answer', [search]);
    return row?.answer ?? {};
  } catch (error) {
    if (readSqlState(error) !== '57014') throw error;
    throw new Error(`no answer within ${BOUND / 1000} s: ANALYZE the partitions, or look for what holds them`, {
      cause: error,
    });
  }
}
