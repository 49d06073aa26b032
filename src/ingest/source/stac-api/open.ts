import type { StacApiSource } from '../../../model/platform.ts';
import { IngestionFailure } from '../../failure.ts';
import { allTime, meetPeriods, type Period, parsePeriod } from '../../item/period.ts';
import type { Ports } from '../../ports.ts';
import { asOnePart, type OpenSource } from '../document.ts';
import { HostTurns } from '../host-turns.ts';
import { describeUrl, extendUrl } from '../link.ts';
import { fetchBody } from '../request.ts';
import type { SourceOptions } from '../source-options.ts';
import { prepareAccess } from './access.ts';
import { CountedSearches } from './counted-searches.ts';
import { ItemPicker } from './documents.ts';
import type { Page } from './page.ts';
import { PageSize } from './page-size.ts';
import { readPages, type SearchAccess } from './pages.ts';
import { readWindows } from './read-windows.ts';
import { describeSearch } from './search.ts';
import { cutWindows, type Window } from './windows.ts';

export interface StacApiOptions extends Omit<SourceOptions, 'ports'> {
  readonly ports: Pick<Ports, 'fetch' | 'clock' | 'signal' | 'report'>;
  /** Milliseconds for one answer; left out, two minutes. */
  readonly timeoutMs?: number;
}

/**
 * A STAC API, whose landing page says how it is searched, page after page along its `next` links (STAC API, 'Item
 * Search', 'Paging'). Where the source has a time, it is read in windows, of which each shard has its own. Collections
 * come from `/collections/ID`.
 */
export function openStacApi(source: StacApiSource, options: StacApiOptions): OpenSource {
  const { fetch, clock, signal, report } = options.ports;
  const ports = { fetch, clock, signal, report, turns: new HostTurns(source.requests, { clock, signal }) };
  const learnt = { size: new PageSize(source.pageSize), hasNoPost: false };
  let prepared: Promise<SearchAccess> | null = null;
  const prepare = (): Promise<SearchAccess> => {
    prepared ??= prepareAccess(source, ports);
    return prepared;
  };
  /** What is to be read may end before the run does; then nobody waits for its requests. */
  async function* readSearch(collections: readonly string[], period: Period, stop: AbortSignal): AsyncGenerator<Page> {
    const access = await prepare();
    const search = (limit: number) => describeSearch(source, { collections, period, limit });
    const stoppable = { ...ports, signal: AbortSignal.any([signal, stop]) };
    yield* readPages(access, search, learnt, stoppable, options.timeoutMs);
  }
  return {
    async *collections(given) {
      // First of all: what the API cannot do is refused before anything is loaded.
      await prepare();
      for (const id of source.collections) {
        if (given.has(id)) continue;
        const url = extendUrl(source.url, 'collections', id);
        const request = { method: 'GET', headers: { accept: 'application/json' } } as const;
        const bytes = await fetchBody(url, request, ports, (body) => body);
        yield { bytes, source: describeUrl(url), place: 'collection', tooLarge: false };
      }
    },
    async *parts(done) {
      const period = meetPeriods(readSpecPeriod(source), ...options.periods);
      if (period === null) return;
      const picker = new ItemPicker({ origin: describeUrl((await prepare()).url), period, report });
      const windows = listWindows(source, period, options);
      if (windows === null) {
        const never = new AbortController().signal;
        const pages = () => new CountedSearches(1, report).watch(readSearch(source.collections, period, never));
        yield* asOnePart(done, () => picker.pickAll(pages()));
        return;
      }
      const own = windows.filter(({ shard, name }) => shard === options.shard && !done.has(name));
      const counted = new CountedSearches(own.length, report);
      yield* readWindows(own, {
        atOnce: source.requests.atOnce,
        read: (window, stop) => counted.watch(readSearch([window.collection], window.period, stop)),
        take: (window, pages) => picker.pickOf(window, windows, pages),
      });
    },
  };
}

function readSpecPeriod({ datetime }: StacApiSource): Period {
  const period = datetime === null ? allTime : parsePeriod(datetime);
  if (period === null) throw new IngestionFailure('arguments', `the source's datetime is no time: ${datetime}`);
  return period;
}

/**
 * Null where the source is read in one go: where its order or its number counts, and where it has no time: an API that
 * compares `datetime` alone gives an item without one to nobody who asks for a time.
 */
function listWindows(source: StacApiSource, period: Period, options: StacApiOptions): readonly Window[] | null {
  const { shardBy, shards, limit, planned } = options;
  const isOneGo = shardBy === 'none' || limit !== null || source.ids !== null || source.sortby !== null;
  if (isOneGo || (period.from === null && period.to === null)) return null;
  return cutWindows({ collections: source.collections, period, shardBy, shards, planned });
}
