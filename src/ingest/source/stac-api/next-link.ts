import { keepSecure, resolveUrl } from '../link.ts';
import { isObject } from './page.ts';
import type { Search } from './search.ts';

/** A request for one page; a POST has a body. */
export interface PageRequest {
  readonly url: string;
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The request that a page's `next` link describes (STAC API, 'Item Search', 'Paging'); null on the last page.
 *
 * @param search What the first page was asked with: a link may leave it out.
 * @param pageUrl Where the page came from: links are relative to it.
 */
export function readNextLink(
  envelope: Readonly<Record<string, unknown>>,
  { search, pageUrl }: { search: Search; pageUrl: string },
): PageRequest | null {
  const links = Array.isArray(envelope['links']) ? (envelope['links'] as readonly unknown[]) : [];
  const link = links.find((one): one is Readonly<Record<string, unknown>> => isObject(one) && one['rel'] === 'next');
  if (typeof link?.['href'] !== 'string') return null;
  const url = keepSecure(resolveUrl(link['href'], pageUrl), pageUrl, new URL(pageUrl).pathname);
  const headers = readHeaders(link['headers']);
  if (String(link['method'] ?? 'GET').toUpperCase() !== 'POST') return { url, body: null, headers };
  return { url, body: readBody(link, search), headers };
}

/**
 * `merge` puts the link's body over that of the first request, not over that of the page before it. A link without a
 * body has its token in the URL or in a header and leaves the search to who asks.
 */
function readBody(link: Readonly<Record<string, unknown>>, search: Search): Readonly<Record<string, unknown>> {
  if (!isObject(link['body'])) return search;
  return link['merge'] === true ? { ...search, ...link['body'] } : link['body'];
}

/** What a client sets itself, or must not be told by a server. */
const OWN_HEADERS =
  /^(host|connection|content-.*|transfer-encoding|upgrade|te|trailer|accept|metadata-flavor|proxy-.*)$/i;

/** Header names and values of RFC 9110; what is none is passed over. A list of values is one header. */
function readHeaders(headers: unknown): Readonly<Record<string, string>> {
  if (!isObject(headers)) return {};
  const pairs = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')] as const);
  return Object.fromEntries(
    pairs.filter(
      ([name, value]) =>
        /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !OWN_HEADERS.test(name) && /^[\t\x20-\x7e]*$/.test(value),
    ),
  );
}
