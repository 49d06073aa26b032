/** One JSON document as a source gave it: an item, a collection, or what is neither. */
export interface SourceDocument {
  readonly bytes: Buffer;
  /** What it was read from, the same on every run: a path as the spec has it, or a URL. */
  readonly source: string;
  /** Where in it, in words: `line 17`, `feature 3`. */
  readonly place: string;
  /** `bytes` is only the beginning of a document longer than `MAX_DOCUMENT_BYTES`. */
  readonly tooLarge: boolean;
  /** There is no document: of a link that leads nowhere, which, and why. */
  readonly brokenLink?: string;
}

/** What every source can do. Each call reads from the start, in the same order. */
export interface OpenSource {
  /**
   * The collections that can be had without reading every item, so that they are there before their items. A collection
   * that only turns up among the items is found there. Those whose ids are `given` need not be read.
   */
  collections(given: ReadonlySet<string>): AsyncIterable<SourceDocument>;
  /**
   * What there is to read, collections included, in parts of a fixed order and without those named in `done`: a run that
   * is started again need not read them again.
   */
  parts(done: ReadonlySet<string>): AsyncIterable<SourcePart>;
}

export interface SourcePart {
  /** Tells it from the source's other parts, on every run alike; empty where it is the only one. */
  readonly name: string;
  /** True where every document in it is this shard's, false where each document's partition says whose it is. */
  readonly owned: boolean;
  /** In groups of what came at once. Read once, and to its end, before the next part is asked for. */
  documents(): AsyncIterable<readonly SourceDocument[]>;
}

/** A source that is read in one go. */
export async function* asOnePart(
  done: ReadonlySet<string>,
  documents: SourcePart['documents'],
): AsyncGenerator<SourcePart> {
  if (!done.has('')) yield { name: '', owned: false, documents };
}

/** Far above any real item; pgSTAC's column holds 255 MB at most. */
export const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;

/** How much of a document that is too large goes to quarantine. */
export const KEPT_BYTES = 64 * 1024;
