import { createHash } from 'node:crypto';
import { IngestionFailure } from '../../failure.ts';
import type { Answer, RequestFailure } from '../answer.ts';
import { describeUrl } from '../link.ts';
import { type AskedRequest, fetchBody, RefusedRequest, type WebPorts } from '../request.ts';
import { type PageRequest, readNextLink } from './next-link.ts';
import { type Page, readPage } from './page.ts';
import { asksForLess, type PageSize, readSize, resize } from './page-size.ts';
import type { Search } from './search.ts';

const ACCEPT = 'application/geo+json, application/json';

/**
 * So many pages without an item, one after the other, are taken for the end: a server that filters what it has paged
 * gives some, and some link to a next page for ever.
 */
const MOST_EMPTY_PAGES = 100;

/** How the search of an API is asked. */
export interface SearchAccess {
  readonly url: string;
  /** Its links name no POST. */
  readonly prefersGet: boolean;
  /** The search as a URL's query, or what of it cannot be there. */
  readonly query: (search: Search) => SearchQuery;
}

export type SearchQuery =
  | { readonly kind: 'query'; readonly query: string }
  | { readonly kind: 'unsendable'; readonly problem: string };

/** What the windows of a source learn of its API, each for the others. */
export interface Learnt {
  readonly size: PageSize;
  /** POST turned out not to be there. */
  hasNoPost: boolean;
}

/** Every page of a search, along its `next` links. Each is asked for when the one before it has been taken. */
export async function* readPages(
  access: SearchAccess,
  search: (limit: number) => Search,
  learnt: Learnt,
  ports: WebPorts,
  timeoutMs?: number,
): AsyncGenerator<Page> {
  const visited = new Set<string>();
  const options = { origin: access.url, size: learnt.size, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  let limit = learnt.size.now;
  let got = await fetchFirst(access, search(limit), learnt, (request) => fetchPage(request, ports, options));
  refuseLoop(visited, got.request);
  for (let empty = 0; ; ) {
    yield got.page;
    empty = got.page.features.length === 0 ? empty + 1 : 0;
    // A link that merges brings no limit of its own: what the server failed on must not come back.
    limit = Math.min(limit, readSize(got.request) ?? limit);
    const next = readNextLink(got.page.envelope, {
      search: search(limit),
      pageUrl: got.answer.url,
    });
    if (next === null) break;
    if (empty === MOST_EMPTY_PAGES) {
      ports.report({
        kind: 'warning',
        message: `${describeUrl(access.url)}: ${empty} pages without an item, though each links to a next one, are taken for the end`,
      });
      break;
    }
    refuseLoop(visited, next);
    got = await fetchPage(next, ports, options);
  }
  learnt.size.succeeded();
}

/** By POST, or by GET where there is none. */
async function fetchFirst(
  access: SearchAccess,
  search: Search,
  learnt: Learnt,
  fetch: (request: PageRequest) => Promise<FetchedPage>,
): Promise<FetchedPage> {
  const asQuery = access.query(search);
  const byGet = (query: string) => fetch({ url: addQuery(access.url, query), body: null, headers: {} });
  if (asQuery.kind === 'query' && (access.prefersGet || learnt.hasNoPost)) return await byGet(asQuery.query);
  try {
    return await fetch({ url: access.url, body: search, headers: {} });
  } catch (error) {
    if (!(error instanceof RefusedRequest) || !NO_POST.has(error.status)) throw error;
    if (asQuery.kind === 'unsendable') throw error.status === 403 ? error : refuseGet(access, asQuery.problem);
    learnt.hasNoPost = true;
    return await byGet(asQuery.query);
  }
}

/** 403 is how proxies say that they let no POST through. */
const NO_POST: ReadonlySet<number> = new Set([403, 404, 405, 501]);

/** A search that POST alone can ask, of an API that has none. */
function refuseGet({ url }: SearchAccess, problem: string): IngestionFailure {
  return new IngestionFailure(
    'refused',
    `${describeUrl(url)} takes searches by GET only, and this is none: ${problem}`,
    {
      hint: 'narrow source.stacApi, or split it into several pipelines',
    },
  );
}

function addQuery(url: string, query: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}

function refuseLoop(visited: Set<string>, request: PageRequest): void {
  const key = createHash('sha256').update(JSON.stringify(request)).digest('base64');
  if (visited.has(key))
    throw new IngestionFailure('source', `${describeUrl(request.url)}: the next page is the same page again`, {
      hint: 'the API links back to a page that was read: going on would never end',
    });
  visited.add(key);
}

interface FetchedPage {
  readonly page: Page;
  readonly answer: Answer;
  /** As it was asked in the end. */
  readonly request: PageRequest;
}

/** Fetches a page, with fewer items where the API fails on them, and from where the search is where the link leads to nobody. */
async function fetchPage(
  request: PageRequest,
  ports: WebPorts,
  { origin, size, timeoutMs }: { origin: string; size: PageSize; timeoutMs?: number },
): Promise<FetchedPage> {
  let current = request;
  let failures = 0;
  const revise = (failure: RequestFailure): AskedRequest | null => {
    const smaller = asksForLess(failure, failures) ? shrink(current, size) : null;
    failures += 1;
    const revised = smaller ?? (failure.kind === 'unreachable' ? moveHome(current, origin) : null);
    if (revised === null) return null;
    current = revised;
    return writeRequest(revised);
  };
  const { url, request: written } = writeRequest(request);
  const options = { revise, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  return await fetchBody(
    url,
    written,
    ports,
    async (body, answer) => ({ page: readPage(body), answer, request: current }),
    options,
  );
}

/** Null where it cannot be smaller, or its token says how large it is. */
function shrink(request: PageRequest, size: PageSize): PageRequest | null {
  const asked = readSize(request);
  if (asked === null || asked === 1) return null;
  size.failedOn(asked);
  return resize(request, Math.floor(asked / 2));
}

/** A link with a name that only the API's own network knows; null where it leads home already. */
function moveHome(request: PageRequest, origin: string): PageRequest | null {
  const [link, home] = [new URL(request.url), new URL(origin)];
  if (link.host === home.host) return null;
  home.search = link.search;
  return { ...request, url: home.href };
}

function writeRequest({ url, body, headers }: PageRequest): AskedRequest {
  const all = { ...headers, accept: ACCEPT };
  return body === null
    ? { url, request: { method: 'GET', headers: all } }
    : {
        url,
        request: {
          method: 'POST',
          headers: { ...all, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        },
      };
}
