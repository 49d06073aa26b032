import { hash } from 'node:crypto';
import { IngestionFailure, stopIfInterrupted } from '../failure.ts';
import { type CatalogDocument, readDocument } from './catalog-document.ts';
import { resolveLink } from './catalog-link.ts';
import { CatalogPace } from './catalog-pace.ts';
import { asOnePart, type OpenSource, type SourceDocument } from './document.ts';
import { describeUrl } from './link.ts';
import type { FilesPorts } from './list-files.ts';
import { RefusedRequest } from './request.ts';

/** So many links in a row of which nobody can say whether they lead anywhere: then it is not the links. */
const MOST_SILENT = 8;

/** Far more than any catalog has. */
const MOST_LEVELS = 64;

/**
 * A static catalog in a folder, on the web or in Cloud Storage, walked by its `child` and `item` links: each document
 * once, in the order of the links, though several are fetched at a time. A link that leads nowhere is a document of its
 * own, for quarantine, and the walk goes on; where nothing can be read any more, or not the catalog itself, it fails.
 */
export function openCatalog(location: string, ports: FilesPorts): OpenSource {
  return {
    // Each collection is met before its items.
    async *collections() {},
    parts: (done) => asOnePart(done, () => walkCatalog(location, ports)),
  };
}

/** What a link led to. */
type Followed =
  | { readonly kind: 'document'; readonly document: CatalogDocument }
  | { readonly kind: 'broken'; readonly failure: IngestionFailure };

interface Link {
  readonly href: string;
  /** Its number among the links of its document that are followed, from 1. */
  readonly number: number;
}

/** The links of one document, those next in turn being fetched. */
interface Level {
  readonly source: string;
  readonly location: string;
  readonly links: readonly Link[];
  /** Links taken. */
  taken: number;
  readonly ahead: Ahead[];
}

/** A link whose turn is to come: what it resolves to, and what it leads to; null where that was read before. */
interface Ahead {
  readonly location: string | null;
  readonly followed: Promise<Followed> | null;
}

async function* walkCatalog(root: string, ports: FilesPorts): AsyncGenerator<readonly SourceDocument[]> {
  const seen = new Set([digest(root)]);
  const pace = new CatalogPace();
  const first = await readDocument(root, ports);
  yield give(first);
  const levels = [openLevel(first)];
  let silent = 0;
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    stopIfInterrupted(ports.signal);
    fetchAhead(level, pace, seen, ports);
    const next = level.ahead.shift();
    const link = level.links[level.taken];
    if (next === undefined || link === undefined) {
      levels.pop();
      continue;
    }
    level.taken += 1;
    if (next.followed === null || (next.location !== null && seen.has(digest(next.location)))) continue;
    if (next.location !== null) seen.add(digest(next.location));
    const followed = await next.followed;
    if (followed.kind === 'broken') {
      silent = isCertain(followed.failure) ? 0 : silent + 1;
      if (silent === MOST_SILENT) throw followed.failure;
      yield [describeBroken(level, link, next.location, followed.failure)];
      continue;
    }
    silent = 0;
    pace.note(followed.document.bytes.length);
    yield give(followed.document);
    if (levels.length === MOST_LEVELS)
      throw new IngestionFailure(
        'source',
        `${level.source} lies more than ${MOST_LEVELS} links below ${describeUrl(root)}`,
        {
          hint: 'does the server answer with a catalog whatever it is asked for?',
        },
      );
    levels.push(openLevel(followed.document));
  }
}

function give({ bytes, tooLarge, location, isLoaded }: CatalogDocument): readonly SourceDocument[] {
  return isLoaded ? [{ bytes, source: describeUrl(location), place: 'document 1', tooLarge }] : [];
}

function openLevel({ links, location }: CatalogDocument): Level {
  const numbered = [...new Set(links)].map((href, place) => ({ href, number: place + 1 }));
  return { source: describeUrl(location), location, links: numbered, taken: 0, ahead: [] };
}

/** Only the level in turn fetches, so that what waits is bounded by its levels. */
function fetchAhead(level: Level, pace: CatalogPace, seen: ReadonlySet<string>, ports: FilesPorts): void {
  while (level.ahead.length < pace.ahead) {
    const link = level.links[level.taken + level.ahead.length];
    if (link === undefined) return;
    const location = resolveQuietly(link.href, level.location);
    if (typeof location !== 'string') {
      level.ahead.push({ location: null, followed: Promise.resolve({ kind: 'broken', failure: location }) });
    } else {
      const followed = seen.has(digest(location)) ? null : pace.take(() => follow(location, ports));
      // Its failure is met when its turn comes; until then it is nobody's.
      followed?.catch(() => undefined);
      level.ahead.push({ location, followed });
    }
  }
}

function resolveQuietly(href: string, from: string): string | IngestionFailure {
  try {
    return resolveLink(href, from);
  } catch (error) {
    if (error instanceof IngestionFailure) return error;
    throw error;
  }
}

async function follow(location: string, ports: FilesPorts): Promise<Followed> {
  try {
    return { kind: 'document', document: await readDocument(location, ports) };
  } catch (error) {
    if (error instanceof IngestionFailure && error.kind === 'source') return { kind: 'broken', failure: error };
    throw error;
  }
}

/** Whether the link is to blame, and not who should answer. */
function isCertain(failure: IngestionFailure): boolean {
  if (failure instanceof RefusedRequest) return [400, 404, 410].includes(failure.status);
  const { code } = (failure.cause ?? {}) as NodeJS.ErrnoException;
  return failure.cause === undefined || code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}

function describeBroken(level: Level, link: Link, location: string | null, failure: IngestionFailure): SourceDocument {
  const href = describeUrl(link.href);
  const source = location === null ? level.source : describeUrl(location);
  const brokenLink = `the link ${href} in ${level.source} leads nowhere: ${failure.message}`;
  const bytes = Buffer.from(JSON.stringify({ href, in: level.source }));
  return { bytes, source, place: `link ${link.number}`, tooLarge: false, brokenLink };
}

/** What was met is told apart by these, which take a tenth of the memory of long URLs. */
function digest(location: string): string {
  return hash('sha256', location, 'base64').slice(0, 22);
}
