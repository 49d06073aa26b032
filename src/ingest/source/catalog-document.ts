import { isWebUrl } from '../../model/names.ts';
import { parseObjectUrl } from '../objects/location.ts';
import { MAX_DOCUMENT_BYTES } from './document.ts';
import { downloadFile } from './download.ts';
import type { FilesPorts } from './list-files.ts';
import { readRaw, refuseMarkup } from './read-file.ts';
import { keepBeginning } from './split.ts';

/** A document of a catalog, as it was found. */
export interface CatalogDocument {
  readonly bytes: Buffer;
  /** `bytes` is only its beginning. */
  readonly tooLarge: boolean;
  /** Where it was in the end, behind any redirects: what its links are relative to. */
  readonly location: string;
  /** Where its links lead, in their order; none of an item's, which lead to what is around it. */
  readonly links: readonly string[];
  /** False for a `Catalog`, which only leads on. */
  readonly isLoaded: boolean;
}

/** Throws `IngestionFailure` where it cannot be read. */
export async function readDocument(asked: string, ports: FilesPorts): Promise<CatalogDocument> {
  let location = asked;
  const note = (url: string) => {
    location = url;
  };
  const parts: Buffer[] = [];
  let size = 0;
  const isWeb = isWebUrl(asked) && parseObjectUrl(asked) === null;
  for await (const part of isWeb ? downloadFile(asked, ports, { found: note }) : readRaw(asked, ports)) {
    parts.push(part);
    size += part.length;
    if (size > MAX_DOCUMENT_BYTES) break;
  }
  const whole = stripMark(Buffer.concat(parts));
  if (isWeb) refuseMarkup(asked, whole);
  const tooLarge = size > MAX_DOCUMENT_BYTES;
  const value = tooLarge ? null : parseObject(whole);
  return {
    bytes: tooLarge ? keepBeginning(whole) : whole,
    tooLarge,
    location,
    links: listLinks(value),
    isLoaded: value?.['type'] !== 'Catalog',
  };
}

function stripMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Null for what is no JSON object: the judge will say so. */
function parseObject(bytes: Buffer): Readonly<Record<string, unknown>> | null {
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
