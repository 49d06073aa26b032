import type { StacApiSource } from '../../model/platform.ts';
import { IngestionFailure } from '../failure.ts';
import { allTime, formatPeriod, meetPeriods, type Period, parsePeriod } from '../item/period.ts';
import { asOnePart, type OpenSource, type SourceDocument } from './document.ts';
import { describeUrl, resolveUrl } from './link.ts';
import { isObject, type Page, readPage } from './page.ts';
import { fetchBody, RefusedRequest, type WebPorts } from './request.ts';

const PAGE_ITEMS = 100;
const ACCEPT = 'application/geo+json, application/json';

/** A request for one page; a POST has a body. */
interface PageRequest {
  readonly url: string;
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A STAC API, searched by POST, or by GET where it has no POST, page after page along its `next` links (STAC API, 'Item
 * Search', 'Paging'). Collections come from `/collections/ID`.
 *
 * @param periods Items that are not in each of them are not asked for.
 */
export function openStacApi(source: StacApiSource, periods: readonly Period[], ports: WebPorts): OpenSource {
  async function* collections(): AsyncGenerator<SourceDocument> {
    for (const id of source.collections) {
      const url = `${source.url}/collections/${encodeURIComponent(id)}`;
      const bytes = await fetchBody(url, { method: 'GET', headers: { accept: ACCEPT } }, ports, (body) => body);
      yield { bytes, source: url, place: 'collection', tooLarge: false };
    }
  }
  async function* documents(): AsyncGenerator<SourceDocument> {
    const period = meetPeriods(readSpecPeriod(source), ...periods);
    if (period === null) return;
    let count = 0;
    for await (const page of readPages(source, period, ports)) {
      for (const feature of page.features) {
        count += 1;
        yield { ...feature, source: `${source.url}/search`, place: `item ${count}` };
      }
    }
  }
  return { collections, parts: (done) => asOnePart(done, documents) };
}

async function* readPages(source: StacApiSource, period: Period, ports: WebPorts): AsyncGenerator<Page> {
  const search = describeSearch(source, period);
  let request: PageRequest = { url: `${source.url}/search`, body: search, headers: {} };
  let first = true;
  for (;;) {
    const { page, url } = await fetchPage(request, ports).catch((error: unknown) => {
      const hasNoPost = error instanceof RefusedRequest && [404, 405, 501].includes(error.status);
      if (!first || !hasNoPost) throw error;
      request = { url: `${source.url}/search?${describeQuery(search)}`, body: null, headers: {} };
      return fetchPage(request, ports);
    });
    first = false;
    yield page;
    const next = readNextLink(page.envelope, request, url);
    if (next === null) return;
    if (JSON.stringify(next) === JSON.stringify(request))
      throw new IngestionFailure('source', `${describeUrl(request.url)}: the next page is the same page again`);
    request = next;
  }
}

async function fetchPage(request: PageRequest, ports: WebPorts): Promise<{ page: Page; url: string }> {
  const { url, body } = request;
  const headers = { ...request.headers, accept: ACCEPT };
  const options =
    body === null
      ? { method: 'GET' as const, headers }
      : {
          method: 'POST' as const,
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        };
  return await fetchBody(url, options, ports, async (bytes, finalUrl) => ({
    page: await readPage(bytes),
    url: finalUrl,
  }));
}

function readSpecPeriod({ datetime }: StacApiSource): Period {
  const period = datetime === null ? allTime : parsePeriod(datetime);
  if (period === null) throw new IngestionFailure('arguments', `the source's datetime is no time: ${datetime}`);
  return period;
}

/** Moments are written out: STAC APIs need not take the date alone that a spec may have. */
function describeSearch(source: StacApiSource, period: Period): Readonly<Record<string, unknown>> {
  const datetime = formatPeriod(period);
  return {
    collections: source.collections,
    ...(source.bbox === null ? {} : { bbox: source.bbox }),
    ...(datetime === null ? {} : { datetime }),
    ...(source.query === null ? {} : { query: source.query }),
    limit: PAGE_ITEMS,
  };
}

/** The same search as a query string (STAC API, 'Item Search', 'Query Parameter Table'). */
function describeQuery(search: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(search).map(([key, value]) => {
    return [key, isObject(value) ? JSON.stringify(value) : String(value)] as [string, string];
  });
  return new URLSearchParams(words).toString();
}

/** The request that a page's `next` link describes; null on the last page. */
function readNextLink(
  envelope: Readonly<Record<string, unknown>>,
  request: PageRequest,
  pageUrl: string,
): PageRequest | null {
  const links = Array.isArray(envelope['links']) ? (envelope['links'] as readonly unknown[]) : [];
  const link = links.find((one): one is Readonly<Record<string, unknown>> => isObject(one) && one['rel'] === 'next');
  if (link === undefined || typeof link['href'] !== 'string') return null;
  const url = resolveUrl(link['href'], pageUrl);
  const headers = isObject(link['headers']) ? (link['headers'] as Record<string, string>) : {};
  if (String(link['method'] ?? 'GET').toUpperCase() !== 'POST') return { url, body: null, headers };
  const body = isObject(link['body']) ? link['body'] : {};
  return { url, body: link['merge'] === true ? { ...request.body, ...body } : body, headers };
}
