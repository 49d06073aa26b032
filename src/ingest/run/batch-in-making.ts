import type { SourceDocument } from '../source/document.ts';
import type { Batch, Entry, JudgedCollection } from './entry.ts';
import type { Moment } from './recent-writes.ts';

/**
 * A batch ends after so many items, or before the item that would make it larger than so many bytes, whichever comes
 * first. Changing either changes what a batch of an unfinished run is.
 */
export const BATCH_ITEMS = 1000;
const BATCH_BYTES = 12 * 1024 * 1024;

/** Of documents this large few are in memory at once. */
export const LARGE_BYTES = 1024 * 1024;

/** Items that follow each other in the source, until they are enough. */
export class BatchInMaking {
  #position = 0;
  #bytes = 0;
  #isLarge = false;
  #asked: Moment | null = null;
  readonly #entries: Entry[] = [];
  readonly #collections: JudgedCollection[] = [];
  readonly #memory: ArrayBufferLike[] = [];

  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.#collections.length === 0;
  }

  get isFull(): boolean {
    return this.#position === BATCH_ITEMS || this.#bytes >= BATCH_BYTES;
  }

  /** Whether the document is one for the next batch. */
  isFullWith({ bytes }: SourceDocument): boolean {
    return this.#bytes > 0 && this.#bytes + bytes.length > BATCH_BYTES;
  }

  /** A document was read that may be part of the batch, after the ledger was asked for it at the earliest then. */
  meet({ bytes }: SourceDocument, asked: Moment): void {
    this.#asked ??= asked;
    this.#memory.push(bytes.buffer);
    this.#bytes += bytes.length;
    this.#isLarge ||= bytes.length >= LARGE_BYTES;
  }

  /** Takes the place of an item, and with an entry its work. */
  addItem(entry: Omit<Entry, 'position'> | null): void {
    this.#position += 1;
    if (entry !== null) this.#entries.push({ position: this.#position, ...entry });
  }

  addCollection(collection: JudgedCollection): void {
    this.#collections.push(collection);
  }

  end(number: number): Batch {
    return {
      kind: 'batch',
      number,
      entries: this.#entries,
      collections: this.#collections,
      isLarge: this.#isLarge,
      asked: this.#asked ?? 0,
      memory: this.#memory,
    };
  }
}
