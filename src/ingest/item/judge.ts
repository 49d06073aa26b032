import { hash } from 'node:crypto';
import { compactJson } from '../json/compact.ts';
import type { JsonScanner } from '../json/scan.ts';
import { findMember, isString, kindAt, readMembers, readString, type Tape, Token } from '../json/tape.ts';
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
  const members = kindAt(scanner, 0) === Token.object ? readMembers(scanner, 0) : new Map<string, number>();
  try {
    return isCollection(scanner, members) ? judgeCollection(scanner, members) : judgeItem(scanner, members);
  } catch (caught) {
    if (!(caught instanceof ItemFault)) throw caught;
    return { ...reject(bytes, members, caught, scanner), bytes: document.bytes };
  }
}

function isCollection(tape: Tape, members: ReadonlyMap<string, number>): boolean {
  return textOf(tape, members.get('type')) === 'Collection';
}

function judgeCollection(tape: Tape, members: ReadonlyMap<string, number>): CollectionDocument {
  const id = textOf(tape, members.get('id'));
  if (id === null || !isUsableId(id))
    throw new ItemFault('badCollection', 'the collection has no id that can be stored');
  return { kind: 'collection', id, bytes: tape.bytes };
}

function judgeItem(tape: Tape, members: ReadonlyMap<string, number>): GoodItem {
  if (textOf(tape, members.get('type')) !== 'Feature')
    throw new ItemFault('notAnItem', 'neither an item nor a collection: "type" is not "Feature" or "Collection"');
  const id = textOf(tape, members.get('id'));
  if (id === null || !isUsableId(id)) throw new ItemFault('badId', '"id" is not a text of 1 to 1024 bytes');
  const collection = textOf(tape, members.get('collection'));
  if (collection === null || !isUsableId(collection))
    throw new ItemFault('noCollection', '"collection" does not name the collection the item belongs to');
  const properties = members.get('properties');
  if (properties === undefined || kindAt(tape, properties) !== Token.object)
    throw new ItemFault('badProperties', '"properties" is not an object');
  judgeFields(tape, members);
  const range = judgeDatetime(tape, properties);
  const geometry = members.get('geometry');
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

const [START, END, DATETIME] = ['start_datetime', 'end_datetime', 'datetime'].map((key) => Buffer.from(key)) as [
  Buffer,
  Buffer,
  Buffer,
];

function readInstant(tape: Tape, properties: number, key: Buffer): Instant | null {
  const index = findMember(tape, properties, key);
  if (index === undefined || kindAt(tape, index) === Token.null) return null;
  const text = textOf(tape, index);
  const instant = text === null ? null : parseInstant(text);
  if (instant === null) throw new ItemFault('badDatetime', `"${key.toString()}" is not a date and time of RFC 3339`);
  return instant;
}

function reject(bytes: Buffer, members: ReadonlyMap<string, number> | null, fault: ItemFault, tape?: Tape): BadItem {
  const [id, collection] = [readName(members?.get('id'), tape), readName(members?.get('collection'), tape)];
  return { kind: 'bad', reason: fault.reason, message: fault.message, id, collection, bytes, hash: hashBytes(bytes) };
}

/** A bad item's id or collection, where the log's index can hold it; what is longer stands in the quarantine's bytes. */
function readName(index: number | undefined, tape: Tape | undefined): string | null {
  const name = tape === undefined ? null : textOf(tape, index);
  return name !== null && Buffer.byteLength(name) <= MAX_ID_BYTES ? name : null;
}

function textOf(tape: Tape, index: number | undefined): string | null {
  return index !== undefined && isString(tape, index) ? readString(tape, index) : null;
}

function isUsableId(id: string): boolean {
  return id !== '' && Buffer.byteLength(id) <= MAX_ID_BYTES;
}

/** As the ledger has it, of a text without insignificant whitespace. */
export function hashBytes(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex');
}
