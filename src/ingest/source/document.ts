/** One JSON document as a source gave it: an item, a collection, or what is neither. */
export interface SourceDocument {
  readonly bytes: Buffer;
  /** What it was read from, the same on every run: a path as the spec has it, or a URL. */
  readonly source: string;
  /** Where in it, in words: `line 17`, `feature 3`. */
  readonly place: string;
  /** `bytes` is only the beginning of a document longer than `MAX_DOCUMENT_BYTES`. */
  readonly tooLarge: boolean;
}

/** What every source can do. Each call reads from the start, in the same order. */
export interface OpenSource {
  /**
   * The collections that can be had without reading every item, so that they are there before their items. A collection
   * that only turns up among the items is found there.
   */
  collections(): AsyncIterable<SourceDocument>;
  /** Every document, collections included. */
  documents(): AsyncIterable<SourceDocument>;
}

/** Far above any real item; pgSTAC's column holds 255 MB at most. */
export const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;

/** How much of a document that is too large goes to quarantine. */
export const KEPT_BYTES = 64 * 1024;
