/** A moment between two batches' ends: how many have ended. */
export type Moment = number;

interface Write {
  readonly names: ReadonlySet<string>;
  /** How many batches had ended before it; null while it is in flight. */
  ended: Moment | null;
}

/**
 * Which items the batches of this start write. The ledger is asked for items ahead of their batches: what a batch has
 * written since, or is about to write, is to be asked again.
 */
export class RecentWrites {
  #now: Moment = 0;
  #writes: readonly Write[] = [];

  /** To be kept beside what the ledger is asked from here on. */
  get now(): Moment {
    return this.#now;
  }

  /** A batch begins that may write items of these names. To be called, in turn, once it has ended. */
  begin(names: ReadonlySet<string>): () => void {
    const write: Write = { names, ended: null };
    if (names.size > 0) this.#writes = [...this.#writes, write];
    return () => {
      write.ended = this.#now;
      this.#now += 1;
    };
  }

  /** Nothing is in use any more that the ledger was asked before a moment. */
  forgetBefore(moment: Moment): void {
    this.#writes = this.#writes.filter(({ ended }) => ended === null || ended >= moment);
  }

  /** Whether an item may have been written by a batch that had not ended at a moment. */
  mayHave(name: () => string, since: Moment): boolean {
    const writes = this.#writes.filter(({ ended }) => ended === null || ended >= since);
    if (writes.length === 0) return false;
    const wanted = name();
    return writes.some(({ names }) => names.has(wanted));
  }
}
