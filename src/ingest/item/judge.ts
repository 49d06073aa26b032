import { hash } from 'node:crypto';
import { compactJson } from '../json/compact.ts';
import type { JsonScanner } from '../json/scan.ts';
import { findMember, isString, kindAt, readString, type Tape, Token } from '../json/tape.ts';
import type { SourceDocument } from '../source/document.ts';
import { judgeFields } from './fields.ts';
import { encodeGeometry } from './geometry.ts';
import { type Instant, parseInstant } from './instant.ts';
import { ItemFault, type Reason } from './reason.ts';

/** What a document turned out to be. `hash` is the sha256 of its bytes without insignificant whitespace. */
export type Judged = GoodItem | BadItem | CollectionDocument;

export interface GoodItem {
  readonly kind: 'item';
  readonly id: string;
  readonly collection: string;
  /** `datetime`, or `start_datetime` where the item has a range. */
  readonly start: Instant;
  readonly end: Instant;
  /**
   * EWKB; null where it is too long to be held, or the item was only recognised, of which `end` is not known
   * either: it is judged again when it must be written.
   */
  readonly geometry: Buffer | null;
  /** Without insignificant whitespace. */
  readonly bytes: Buffer;
  readonly hash: string;
}

export interface BadItem {
  readonly kind: 'bad';
  readonly reason: Reason;
  readonly message: string;
  readonly id: string | null;
  readonly collection: string | null;
  /** As they came. */
  readonly bytes: Buffer;
  readonly hash: string;
}

export interface CollectionDocument {
  readonly kind: 'collection';
  readonly id: string;
  readonly bytes: Buffer;
}

const TYPE = Buffer.from('type');
const ID = Buffer.from('id');
const COLLECTION = Buffer.from('collection');
const PROPERTIES = Buffer.from('properties');
const GEOMETRY = Buffer.from('geometry');
const DATETIME = Buffer.from('datetime');
const START = Buffer.from('start_datetime');
const END = Buffer.from('end_datetime');

/** PostgreSQL's B-tree takes no longer key than 2704 bytes; the ledger's has the collection and the id in it. */
export const MAX_ID_BYTES = 1024;

/**
 * Judges a document by what pgSTAC and STAC clients rely on (`judge: structure`), from its bytes alone. What pypgstac
 * loads from real data is good here; what PostgreSQL would refuse, or no search could find, is bad.
 */
export function judgeDocument(document: SourceDocument, scanner: JsonScanner): Judged {
  if (document.brokenLink !== undefined)
    return reject(document.bytes, null, new ItemFault('brokenLink', document.brokenLink));
  if (document.tooLarge)
    return reject(document.bytes, null, new ItemFault('tooLarge', 'the document is larger than 32 MiB'));
  const fault = scanner.scan(document.bytes);
  if (fault !== null)
    return reject(document.bytes, null, new ItemFault(fault.code, `${fault.message} (byte ${fault.offset + 1})`));
  const bytes = compactJson(document.bytes, scanner.whitespace);
  if (bytes !== document.bytes) scanner.scan(bytes);
  try {
    return textOf(scanner, TYPE) === 'Collection' ? judgeCollection(scanner) : judgeItem(scanner);
  } catch (caught) {
    if (!(caught instanceof ItemFault)) throw caught;
    return { ...reject(bytes, scanner, caught), bytes: document.bytes };
  }
}

function judgeCollection(tape: Tape): CollectionDocument {
  const id = textOf(tape, ID);
  if (id === null || !isUsableId(id))
    throw new ItemFault('badCollection', 'the collection has no id that can be stored');
  return { kind: 'collection', id, bytes: tape.bytes };
}

function judgeItem(tape: Tape): GoodItem {
  if (textOf(tape, TYPE) !== 'Feature')
    throw new ItemFault('notAnItem', 'neither an item nor a collection: "type" is not "Feature" or "Collection"');
  const id = textOf(tape, ID);
  if (id === null || !isUsableId(id)) throw new ItemFault('badId', '"id" is not a text of 1 to 1024 bytes');
  const collection = textOf(tape, COLLECTION);
  if (collection === null || !isUsableId(collection))
    throw new ItemFault('noCollection', '"collection" does not name the collection the item belongs to');
  const properties = findMember(tape, 0, PROPERTIES);
  if (properties === undefined || kindAt(tape, properties) !== Token.object)
    throw new ItemFault('badProperties', '"properties" is not an object');
  judgeFields(tape);
  const range = judgeDatetime(tape, properties);
  const geometry = findMember(tape, 0, GEOMETRY);
  if (geometry === undefined || kindAt(tape, geometry) === Token.null)
    throw new ItemFault('noGeometry', 'there is no geometry, without which pgSTAC stores no item');
  return {
    kind: 'item',
    id,
    collection,
    ...range,
    geometry: encodeGeometry(tape, geometry),
    bytes: tape.bytes,
    hash: hashBytes(tape.bytes),
  };
}

/** pgSTAC's rule (its stac_daterange): start and end where both are there, else datetime. */
function judgeDatetime(tape: Tape, properties: number): { start: Instant; end: Instant } {
  const [start, end] = [readInstant(tape, properties, START), readInstant(tape, properties, END)];
  if (start !== null && end !== null) {
    if (start > end)
      throw new ItemFault('endBeforeStart', 'end_datetime is before start_datetime: no search would find it');
    return { start, end };
  }
  const datetime = readInstant(tape, properties, DATETIME);
  if (datetime === null)
    throw new ItemFault('noDatetime', 'there is neither a datetime nor both a start_datetime and an end_datetime');
  return { start: datetime, end: datetime };
}

function readInstant(tape: Tape, properties: number, key: Buffer): Instant | null {
  const index = findMember(tape, properties, key);
  if (index === undefined || kindAt(tape, index) === Token.null) return null;
  const instant = isString(tape, index) ? parseInstant(readString(tape, index)) : null;
  if (instant === null) throw new ItemFault('badDatetime', `"${key.toString()}" is not a date and time of RFC 3339`);
  return instant;
}

/** @param tape The document's; null where it could not be read. */
function reject(bytes: Buffer, tape: Tape | null, fault: ItemFault): BadItem {
  const [id, collection] = [readName(tape, ID), readName(tape, COLLECTION)];
  return { kind: 'bad', reason: fault.reason, message: fault.message, id, collection, bytes, hash: hashBytes(bytes) };
}

/** A bad item's id or collection, where the log's index can hold it; what is longer stands in the quarantine's bytes. */
function readName(tape: Tape | null, key: Buffer): string | null {
  const name = tape === null ? null : textOf(tape, key);
  return name !== null && isShort(name) ? name : null;
}

/** The text of a key of the document; null where it has none. */
function textOf(tape: Tape, key: Buffer): string | null {
  const index = kindAt(tape, 0) === Token.object ? findMember(tape, 0, key) : undefined;
  return index !== undefined && isString(tape, index) ? readString(tape, index) : null;
}

function isUsableId(id: string): boolean {
  return id !== '' && isShort(id);
}

/** A character of a string is three bytes of UTF-8 at most. */
function isShort(name: string): boolean {
  return name.length * 3 <= MAX_ID_BYTES || Buffer.byteLength(name) <= MAX_ID_BYTES;
}

/** As the ledger has it, of a text without insignificant whitespace. */
export function hashBytes(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex');
}
