import { posix } from 'node:path';
import { isWebUrl } from '../../model/names.ts';
import { formatObjectUrl, parseObjectUrl } from '../objects/location.ts';
import { refuseLink, resolveUrl } from './link.ts';

/**
 * What a link means in a document of a catalog: a URL, a `gs:` object by its name, or a path. In paths and names `%20` is
 * a space, and what comes after a ? or # does not belong to them (RFC 3986). Throws `IngestionFailure` where it is none
 * of these.
 */
export function resolveLink(href: string, from: string): string {
  if (isWebUrl(from)) return resolveUrl(href, from);
  if (isWebUrl(href)) return resolveUrl(href, href);
  const path = decodePath(href);
  if (path === null) throw refuseLink(href, from);
  const target = parseObjectUrl(path);
  if (target !== null) return formatObjectUrl(target);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) throw refuseLink(href, from);
  const origin = parseObjectUrl(from);
  if (origin === null) return joinPath(path, from);
  const name = joinPath(path, `/${origin.name}`).slice(1);
  return formatObjectUrl({ bucket: origin.bucket, name });
}

function joinPath(path: string, from: string): string {
  return posix.isAbsolute(path) ? posix.normalize(path) : posix.join(posix.dirname(from), path);
}

/** Null where it is no path. Control characters are in none, and a terminal would obey them. */
function decodePath(href: string): string | null {
  try {
    const path = decodeURIComponent(href.replace(/[?#].*$/s, ''));
    return path === '' || /\p{Cc}/u.test(path) ? null : path;
  } catch {
    return null;
  }
}
