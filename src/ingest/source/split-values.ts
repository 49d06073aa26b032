import { MAX_DOCUMENT_BYTES } from './document.ts';
import { isBlank, keepBeginning, type Piece } from './split.ts';

/** Keys of an object whose array holds the documents: a FeatureCollection's, and an API's list of collections. */
const LISTS: ReadonlySet<string> = new Set(['features', 'collections']);
const LONGEST_LIST_KEY = 11;

/** A piece that knows its place in the text, in bytes; `to` is exclusive. */
export interface PlacedPiece extends Piece {
  readonly from: number;
  readonly to: number;
}

/**
 * Cuts JSON that may span lines: one value, several after each other, an array of them, or a FeatureCollection, whose
 * features come out as they arrive, so that its size does not matter. It only counts brackets: whether a piece is JSON
 * is for the judge. Ids in a list of collections are passed over. What is lost gives an empty piece, so as to be seen:
 * the rest of a text that ends within a list, and an object whose lists turn out to be an item's own. Those that end in
 * one chunk come together.
 */
export async function* splitValues(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly PlacedPiece[]> {
  const splitter = new ValueSplitter();
  for await (const chunk of chunks) {
    const pieces = splitter.push(chunk);
    if (pieces.length > 0) yield pieces;
  }
  const last = splitter.finish();
  if (last !== null) yield [last];
}

/** The same of a text that is there as a whole. */
export function splitText(text: Buffer): readonly PlacedPiece[] {
  const splitter = new ValueSplitter();
  const pieces = splitter.push(text);
  const last = splitter.finish();
  return last === null ? pieces : [...pieces, last];
}

/**
 * Where the splitter is: between values of the text, in a list of documents, or behind such a list in its object, where
 * another may come: a FeatureCollection of the single-file STAC extension brings its collections along.
 */
type Frame = 'text' | 'list' | 'afterList';

class ValueSplitter {
  #chunk: Buffer = Buffer.alloc(0);
  /** Bytes of the text before this chunk. */
  #before = 0;
  #at = 0;
  #frame: Frame = 'text';
  /** The list's key in its object, whose other members come behind it; empty for a list of its own. */
  #listKey = '';
  /** Within a value, whose bytes in this chunk begin at `#start`; those of earlier chunks are `#parts`. */
  #reading = false;
  #start = 0;
  #parts: Buffer[] = [];
  #size = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The string being read, or the last one while only a colon came after it: perhaps the key of a list. */
  #key = '';
  /** The key before the last colon, while only its value came after it. */
  #valueOf = '';
  /** What is known of the object that is read, or whose list is: it is an item; ids were passed over; features came. */
  #isItem = false;
  #hasIds = false;
  #hasFeatures = false;
  #count = 0;

  /** What ends in a chunk. */
  push(chunk: Buffer): readonly PlacedPiece[] {
    const pieces: PlacedPiece[] = [];
    this.#chunk = chunk;
    this.#start = 0;
    for (this.#at = 0; this.#at < chunk.length; this.#at += 1) {
      const piece = this.#step(chunk[this.#at] as number);
      if (piece !== null) pieces.push(piece);
    }
    if (this.#reading) this.#keep(chunk.length);
    this.#before += chunk.length;
    return pieces;
  }

  /** What the text's end makes of what was begun. */
  finish(): PlacedPiece | null {
    [this.#chunk, this.#start] = [Buffer.alloc(0), 0];
    if (this.#reading && this.#frame !== 'afterList') return this.#cut(0);
    return this.#frame === 'text' ? null : this.#describeLoss('the end, which is missing', this.#before);
  }

  /** Looks at one byte; a piece where it ended one. */
  #step(byte: number): PlacedPiece | null {
    if (!this.#reading) return this.#stepBetween(byte);
    if (this.#inString) return this.#stepInString(byte);
    if (byte === 0x22) return this.#openString();
    if (byte === 0x7b || byte === 0x5b) {
      if (byte === 0x5b && this.#opensList()) this.#enterList(this.#key);
      else this.#depth += 1;
    } else if (this.#depth === 0) {
      return this.#stepInWord(byte);
    } else if (byte === 0x7d || byte === 0x5d) {
      return this.#close();
    }
    if (byte === 0x3a) this.#valueOf = this.#key;
    else if (!isBlank(byte)) [this.#key, this.#valueOf] = ['', ''];
    return null;
  }

  #stepBetween(byte: number): PlacedPiece | null {
    if (isBlank(byte) || (byte === 0x2c && this.#frame === 'list')) return null;
    if (byte === 0x5d && this.#frame === 'list') {
      const inObject = this.#listKey !== '';
      this.#frame = inObject ? 'afterList' : 'text';
      [this.#reading, this.#depth, this.#key] = [inObject, 1, ''];
      return null;
    }
    if (byte === 0x5b && this.#frame === 'text') {
      this.#enterList('');
      return null;
    }
    if (this.#frame === 'text') [this.#isItem, this.#hasIds, this.#hasFeatures] = [false, false, false];
    [this.#reading, this.#start, this.#key] = [true, this.#at, ''];
    this.#depth = byte === 0x7b || byte === 0x5b ? 1 : 0;
    return byte === 0x22 ? this.#openString() : null;
  }

  #openString(): null {
    [this.#inString, this.#escaped, this.#key] = [true, false, ''];
    return null;
  }

  #stepInString(byte: number): PlacedPiece | null {
    if (this.#escaped) this.#escaped = false;
    else if (byte === 0x5c) this.#escaped = true;
    else if (byte === 0x22) this.#closeString();
    else if (byte === 0x0a && this.#frame !== 'afterList') return this.#cut(this.#at);
    else if (this.#key.length <= LONGEST_LIST_KEY) this.#key += String.fromCharCode(byte);
    return null;
  }

  #closeString(): void {
    this.#inString = false;
    const isType = this.#frame !== 'list' && this.#depth === 1 && this.#valueOf === 'type';
    if (isType && this.#key === 'Feature') this.#isItem = true;
  }

  /** A value without brackets, an id or part of a broken document: it ends with its line or, in a list, its comma. */
  #stepInWord(byte: number): PlacedPiece | null {
    const isEnd = byte === 0x0a || (this.#frame === 'list' && (byte === 0x2c || byte === 0x5d));
    if (!isEnd) return null;
    const isId = this.#frame === 'list' && this.#listKey === 'collections';
    const piece = isId ? this.#passOver() : this.#cut(this.#at);
    if (byte === 0x5d) this.#stepBetween(byte);
    return piece;
  }

  #opensList(): boolean {
    return this.#frame !== 'list' && this.#depth === 1 && !this.#isItem && LISTS.has(this.#key);
  }

  #enterList(key: string): void {
    [this.#frame, this.#listKey] = ['list', key];
    this.#hasFeatures ||= key === 'features';
    this.#forget();
  }

  #close(): PlacedPiece | null {
    this.#depth -= 1;
    if (this.#depth > 0) return null;
    if (this.#frame !== 'afterList') return this.#cut(this.#at + 1);
    this.#frame = 'text';
    this.#forget();
    const isRead = !this.#isItem && (this.#hasFeatures || !this.#hasIds);
    return isRead ? null : this.#describeLoss('an object whose lists are its own', this.#before + this.#at + 1);
  }

  #passOver(): null {
    this.#hasIds = true;
    this.#forget();
    return null;
  }

  /** Takes the value's bytes of this chunk, unless there are too many already. */
  #keep(end: number): void {
    const part = this.#chunk.subarray(this.#start, end);
    this.#size += part.length;
    if (this.#frame !== 'afterList' && (this.#size <= MAX_DOCUMENT_BYTES || this.#parts.length === 0))
      this.#parts.push(part);
  }

  #cut(end: number): PlacedPiece {
    this.#keep(end);
    this.#count += 1;
    const tooLarge = this.#size > MAX_DOCUMENT_BYTES;
    const whole = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    const bytes = tooLarge ? keepBeginning(whole) : whole;
    const to = this.#before + end;
    const from = to - this.#size;
    const place = `${this.#frame === 'list' ? 'element' : 'document'} ${this.#count}`;
    this.#forget();
    return { bytes, place, tooLarge, from, to };
  }

  #describeLoss(place: string, end: number): PlacedPiece {
    return { bytes: Buffer.alloc(0), place, tooLarge: false, from: end, to: end };
  }

  #forget(): void {
    [this.#reading, this.#inString, this.#key, this.#valueOf] = [false, false, '', ''];
    [this.#depth, this.#parts, this.#size] = [0, [], 0];
  }
}
