import { type BatchNames, overlaps } from './batch-names.ts';

/**
 * Batches that are loaded at the same time, so many at most. Two of which one may write an item that the other has are
 * loaded one after the other, in the order they were begun: of an id the later place in the source wins, also when one
 * of them fails.
 */
export class InFlight {
  readonly #most: number;
  readonly #flights = new Set<Flight>();
  #failure: { readonly error: unknown } | null = null;

  constructor(most: number) {
    this.#most = most;
  }

  /** Begins `work` once it may; resolves then, before it has ended. Throws what another batch failed with. */
  async begin(items: BatchNames, work: () => Promise<void>): Promise<void> {
    for (const flight of [...this.#flights]) if (overlaps(items, flight.items)) await flight.ended;
    while (this.#flights.size >= this.#most) await Promise.race([...this.#flights].map(({ ended }) => ended));
    this.#throwFailure();
    const flight: Flight = { items, ended: this.#run(work, () => this.#flights.delete(flight)) };
    this.#flights.add(flight);
  }

  /** Waits until nothing is in flight, and throws what a batch failed with. */
  async drain(): Promise<void> {
    await this.settle();
    this.#throwFailure();
  }

  /** Waits until nothing is in flight, whatever became of it. */
  async settle(): Promise<void> {
    await Promise.all([...this.#flights].map(({ ended }) => ended));
  }

  /** Never rejects: whoever waits for another's end need not answer for it. */
  async #run(work: () => Promise<void>, leave: () => void): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      leave();
    }
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}

interface Flight {
  readonly items: BatchNames;
  readonly ended: Promise<void>;
}
