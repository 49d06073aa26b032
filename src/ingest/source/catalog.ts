import { posix } from 'node:path';
import { isWebUrl } from '../../model/names.ts';
import { failToRead } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { asOnePart, MAX_DOCUMENT_BYTES, type OpenSource, type SourceDocument } from './document.ts';
import { refuseLink, resolveUrl } from './link.ts';
import { fetchBody } from './request.ts';

export type CatalogPorts = Pick<Ports, 'files' | 'fetch' | 'clock' | 'signal' | 'report'>;

/**
 * A static catalog in a folder or on the web, walked by its `child` and `item` links in their order, each document once.
 * Relative links are resolved against the document they stand in. One that leads nowhere or is none is a failure.
 */
export function openCatalog(location: string, ports: CatalogPorts): OpenSource {
  return {
    // Each collection is met before its items.
    async *collections() {},
    parts: (done) => asOnePart(done, () => walkCatalog(location, ports)),
  };
}

async function* walkCatalog(root: string, ports: CatalogPorts): AsyncGenerator<SourceDocument> {
  const seen = new Set([root]);
  const waiting = [root];
  for (let location = waiting.pop(); location !== undefined; location = waiting.pop()) {
    const bytes = await readDocument(location, ports);
    const document = parseDocument(bytes);
    if (document?.['type'] !== 'Catalog')
      yield { bytes, source: location, place: 'document 1', tooLarge: bytes.length > MAX_DOCUMENT_BYTES };
    const next = listLinks(document).map((href) => resolveLink(href, location as string));
    // The last one put there is read first.
    for (const link of next.reverse()) {
      if (seen.has(link)) continue;
      seen.add(link);
      waiting.push(link);
    }
  }
}

/** Null for what is no JSON object: the judge will say so. */
function parseDocument(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function listLinks(document: Readonly<Record<string, unknown>> | null): readonly string[] {
  if (document?.['type'] === 'Feature' || !Array.isArray(document?.['links'])) return [];
  return (document['links'] as readonly { rel?: unknown; href?: unknown }[]).flatMap((link) =>
    (link?.rel === 'child' || link?.rel === 'item') && typeof link.href === 'string' ? [link.href] : [],
  );
}

function resolveLink(href: string, from: string): string {
  if (isWebUrl(from) || isWebUrl(href)) return resolveUrl(href, from);
  const path = decodePath(href);
  if (path === null) throw refuseLink(href, from);
  return posix.isAbsolute(path) ? posix.normalize(path) : posix.join(posix.dirname(from), path);
}

/** Null where it is no path. Control characters are in none, and a terminal would obey them. */
function decodePath(href: string): string | null {
  try {
    const path = decodeURI(href);
    return /\p{Cc}/u.test(path) ? null : path;
  } catch {
    return null;
  }
}

async function readDocument(location: string, ports: CatalogPorts): Promise<Buffer> {
  if (isWebUrl(location)) return await fetchBody(location, { method: 'GET', headers: {} }, ports, (body) => body);
  const parts: Uint8Array[] = [];
  try {
    for await (const part of ports.files.open(location)) parts.push(part);
  } catch (cause) {
    failToRead(location, cause);
  }
  return Buffer.concat(parts);
}
