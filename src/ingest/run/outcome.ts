/** What was done with an item: the words of `ingestion_log.outcome`. */
export type Outcome = 'inserted' | 'updated' | 'unchanged' | 'ignored' | 'duplicate' | 'quarantined';

/** One item of a receipt, as it stands in `platform.receipt.items`. */
export interface ReceiptItem {
  /** In its batch, from 1. */
  readonly position: number;
  readonly id: string | null;
  readonly collection: string | null;
  readonly outcome: Outcome;
  /** sha256 in hexadecimal. */
  readonly hash: string;
}

export interface Counts {
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Of `method: ignore`: there already, and left as they were. */
  readonly ignored: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

export const noCounts: Counts = {
  read: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  ignored: 0,
  duplicates: 0,
  quarantined: 0,
};

export function countOutcomes(
  counts: Counts,
  items: readonly { readonly outcome: Outcome; readonly times?: number }[],
): Counts {
  const sum = { ...counts };
  for (const { outcome, times = 1 } of items) {
    sum.read += times;
    if (outcome === 'duplicate') sum.duplicates += times;
    else sum[outcome] += times;
  }
  return sum;
}
