import { IngestionFailure } from '../failure.ts';

/** The URL that `href` means in what was read from `from`. Throws `IngestionFailure` where that cannot be fetched. */
export function resolveUrl(href: string, from: string): string {
  const url = URL.canParse(href, from) ? new URL(href, from) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw refuseLink(href, from);
  return url.href;
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
