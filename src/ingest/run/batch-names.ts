import { type Batch, type GoodEntry, isGood } from './entry.ts';

/** The items of a batch by their names, whatever their shard. */
export interface BatchNames {
  /** Those of which it may write a row, be it the ledger's. */
  readonly writes: ReadonlySet<string>;
  /** These, and those that it only meets. */
  readonly all: () => ReadonlySet<string>;
}

/** @param isMet Tells an item of which nothing is written. */
export function listNames({ entries }: Pick<Batch, 'entries'>, isMet: (entry: GoodEntry) => boolean): BatchNames {
  const writes = new Set<string>();
  for (const entry of entries) if (isGood(entry) && !isMet(entry)) writes.add(nameItem(entry.judged));
  let all: ReadonlySet<string> | null = null;
  return {
    writes,
    // Asked for only where another batch writes: where next to nothing has changed it would be most of the work.
    all: () => {
      all ??= new Set([...writes, ...entries.filter(isGood).map(({ judged }) => nameItem(judged))]);
      return all;
    },
  };
}

/** No other item's. */
export function nameItem({ collection, id }: { readonly collection: string; readonly id: string }): string {
  return `${collection}\n${id}`;
}

/** Whether one of two batches may write what the other has. */
export function overlaps(one: BatchNames, other: BatchNames): boolean {
  return includesAny(one, other.writes) || includesAny(other, one.writes);
}

function includesAny({ all }: BatchNames, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false;
  const own = all();
  for (const name of names) if (own.has(name)) return true;
  return false;
}
