import type { SortField, StacApiSource } from '../../../model/platform.ts';
import { formatPeriod, type Period } from '../../item/period.ts';
import { isObject } from './page.ts';

/** A search as its POST body has it (STAC API, 'Item Search'; its extensions query, filter and sort). */
export type Search = Readonly<Record<string, unknown>> & { readonly limit: number };

/** Moments are written out: STAC APIs need not take the date alone that a spec may have. */
export function describeSearch(
  source: StacApiSource,
  { collections, period, limit }: { collections: readonly string[]; period: Period; limit: number },
): Search {
  const datetime = formatPeriod(period);
  const { bbox, intersects, ids, query, filter, sortby } = source;
  return {
    collections,
    ...(ids === null ? {} : { ids }),
    ...(bbox === null ? {} : { bbox }),
    ...(intersects === null ? {} : { intersects }),
    ...(datetime === null ? {} : { datetime }),
    ...(query === null ? {} : { query }),
    ...(filter === null ? {} : { 'filter-lang': 'cql2-json', filter }),
    ...(sortby === null ? {} : { sortby }),
    limit,
  };
}

/** The same search as a query string (STAC API, 'Item Search', 'Query Parameter Table'). */
export function describeQuery(search: Search): string {
  const words = Object.entries(search).map(([key, value]): [string, string] => {
    if (key === 'sortby') return [key, describeSort(value as readonly SortField[])];
    return [key, isObject(value) ? JSON.stringify(value) : String(value)];
  });
  return new URLSearchParams(words).toString();
}

function describeSort(fields: readonly SortField[]): string {
  return fields.map(({ field, direction }) => `${direction === 'desc' ? '-' : '+'}${field}`).join(',');
}

/** A longer URL is refused by many servers and the proxies before them. */
const LONGEST_QUERY = 8000;

/** Why a search cannot be asked by GET, in words; null where it can. */
export function findUnsendable(source: StacApiSource, query: string): string | null {
  const { collections, ids, sortby } = source;
  const inCommas = { collections, ids: ids ?? [], sortby: (sortby ?? []).map(({ field }) => field) };
  for (const [key, values] of Object.entries(inCommas)) {
    const found = values.find((value) => value.includes(','));
    if (found !== undefined) return `${key} has a comma in ${JSON.stringify(found)}, which a URL takes for two`;
  }
  return query.length > LONGEST_QUERY ? `as a URL it has ${query.length} characters, and servers take 8,000` : null;
}
