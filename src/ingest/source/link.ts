import { IngestionFailure } from '../failure.ts';

/** The URL that `href` means in what was read from `from`. Throws `IngestionFailure` where that cannot be fetched. */
export function resolveUrl(href: string, from: string): string {
  const url = URL.canParse(href, from) ? new URL(href, from) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw refuseLink(href, from);
  return url.href;
}

/** What lies so many segments below a URL, whose query comes along. */
export function extendUrl(url: string, ...segments: readonly string[]): string {
  const extended = new URL(url);
  extended.pathname = [extended.pathname.replace(/\/+$/, ''), ...segments.map(encodeURIComponent)].join('/');
  return extended.href;
}

/**
 * A link that leaves encryption is taken back to where its page came from: a server behind a proxy that ends TLS often
 * calls itself by http, and by a name or a port that only its own network knows.
 *
 * @param path Where the link leads there, if its own host is another: a path of that one says nothing here.
 */
export function keepSecure(link: string, page: string, path: string): string {
  const [url, home] = [new URL(link), new URL(page)];
  if (home.protocol !== 'https:' || url.protocol !== 'http:') return link;
  return `${home.origin}${url.hostname === home.hostname ? url.pathname : path}${url.search}`;
}

export function refuseLink(href: string, from: string): IngestionFailure {
  return new IngestionFailure('source', `${describeUrl(from)}: the link ${describeUrl(href)} is no path or web URL`);
}

/** A URL, or what should be one, without what may hold a secret: user, password and query. */
export function describeUrl(url: string): string {
  return makePrintable(url.replace(/[?#].*$/s, '').replace(/^([a-z][\w+.-]*:[/\\]*|[/\\]{2,})[^/\\]*@/i, '$1'));
}

/** Text from elsewhere on one line of a message, without what a terminal would obey. */
export function makePrintable(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
