/** What the databases of an environment hold, or why nobody can say. Moments are milliseconds since 1970, UTC. */
export type ViewIngested =
  | { readonly kind: 'unread'; readonly reason: string; readonly hint: string | null }
  | {
      readonly kind: 'read';
      /** Where it was read, in words that may be shown. */
      readonly place: string;
      /** Why there is less than there could be; null where there isn't. */
      readonly lacking: string | null;
      /** Null where only the ingest database could be read. */
      readonly items: ViewItems | null;
      readonly runs: readonly ViewRun[];
      /** More runs were made than these. */
      readonly hasMoreRuns: boolean;
      /** Null where only the ingest database could be read. */
      readonly quarantine: readonly ViewQuarantine[] | null;
      readonly commands: ViewCommands;
    };

/** What to type, with this page's spec and environment. */
export interface ViewCommands {
  readonly ingest: string;
  readonly status: string;
}

export interface ViewItems {
  /** How many there are, of all collections. */
  readonly total: number;
  /** Sorted by id; `shown` of their `total` items are in `packed`, in this order. */
  readonly collections: readonly { readonly id: string; readonly total: number; readonly shown: number }[];
  /** How many items begin when, exactly, whatever is shown. */
  readonly bins: ViewBins;
  readonly packed: PackedItems;
}

/** Units of UTC's calendar, the finest first. */
export type BinUnit = 'minute' | 'hour' | 'day' | 'month' | 'year';

export interface ViewBins {
  readonly unit: BinUnit;
  /** Sorted by start, then collection; those without items are left out. */
  readonly rows: readonly (readonly [start: number, collection: number, items: number])[];
}

/** Items as `encode-items.ts` packs them and `src/page/items/unpack-items.ts` reads them. */
export interface PackedItems {
  /** Each as the length of what it has in common with the one before (a character of that code), and the rest. */
  readonly ids: readonly string[];
  /** Of a degree: `10000` is 1/10000°, about 11 m. */
  readonly scale: number;
  /**
   * Base64 of integers, the lowest seven bits first, the eighth where more follow. An item is its start and how long it
   * lasts in milliseconds, the number of its paths, and each path as twice the number of its corners, one more where it
   * is closed, and the corners, east then north. Signed ones are zigzag-coded, and differences: a start to the one
   * before, a corner to the one before, in whatever item.
   */
  readonly bytes: string;
}

export type ViewRunState = 'running' | 'superseded' | 'abandoned' | 'waiting' | 'open' | 'done';

export interface ViewCounts {
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly ignored: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly deleted: number;
}

export interface ViewRun {
  readonly run: string;
  readonly pipeline: string;
  /** `quarantine` of a retry; null where nobody knows. */
  readonly reads: 'source' | 'quarantine' | null;
  readonly state: ViewRunState;
  readonly planned: number;
  readonly finished: number | null;
  readonly counts: ViewCounts;
  readonly shards: readonly ViewShard[];
  /** What to type to go on with it; null where there is nothing to do. */
  readonly next: string | null;
}

export interface ViewShard {
  /** From 1. */
  readonly shard: number;
  readonly state: ViewRunState;
  readonly counts: ViewCounts;
  readonly itemsPerSecond: number | null;
  readonly lastWord: number | null;
  readonly holder: string | null;
}

/** What is in quarantine for one reason, of one pipeline. */
export interface ViewQuarantine {
  readonly pipeline: string;
  readonly reason: string;
  readonly items: number;
  /** The first and the last time that one came. */
  readonly first: number;
  readonly last: number;
  /** What to type once its cause is mended. */
  readonly retry: string;
  /** The latest, some of them. */
  readonly examples: readonly ViewExample[];
}

export interface ViewExample {
  readonly item: string | null;
  readonly collection: string | null;
  /** The file or address; what may be a secret is left out. */
  readonly source: string;
  readonly message: string;
  readonly since: number;
}
