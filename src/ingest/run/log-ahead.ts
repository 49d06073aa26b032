import type { Ports } from '../ports.ts';
import { type LoggedBatch, writeLog } from './log.ts';

/** Per transaction of the ingest database, at least; fewer are left to who finishes the run. */
const BATCHES_AT_ONCE = 4;
/** More are not held: they too are read back from their receipts. */
const MOST_HELD = 40;

/**
 * Writes what was loaded into `ingestion_log` while more is loaded, where this process ends with the log anyway: little
 * is left of it then. Nobody relies on it: whoever finishes the run meets again what it failed with, and finds the
 * receipts that are not settled.
 */
export class LogAhead {
  readonly #ports: Ports;
  readonly #held: LoggedBatch[] = [];
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** A batch that is committed. */
  add(batch: LoggedBatch): void {
    if (this.#held.length === MOST_HELD) return;
    this.#held.push(batch);
    if (!this.#isWriting && this.#held.length >= BATCHES_AT_ONCE) this.#writing = this.#write();
  }

  /** Waits for what is being written. Never rejects. */
  async settle(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      await writeLog(this.#ports, this.#held.splice(0));
    } catch {
      // Left to whoever finishes the run.
    } finally {
      this.#isWriting = false;
    }
  }
}
