import type { Database } from '../../database/connection.ts';
import { nameItem } from './batch-names.ts';
import type { ReceiptItem } from './outcome.ts';

/** Names in quarantine that are held; above it every item is noted. */
const MOST_NAMES = 10_000;

/**
 * Which unchanged items are noted in the ledger as met by this run. To write a row of it anew costs the server more than
 * all else that is done about such an item, and nobody looks for the note but
 * - other shards of the run, since of an id that the source has twice the later place wins, whichever shard comes first.
 *   In a run of one shard the batches that have an item in common are loaded in their order;
 * - `ingest retry`: it does not try what is in quarantine where the item was met since, with other content;
 * - a run that goes on with a source that has changed: it writes the notes then, from its receipts (earlier-starts.ts).
 *
 * --reconcile reads the receipts, and of the ledger only which pipelines have met an item: `Found.isNoted`.
 */
export class Notes {
  #ofAll: boolean;
  readonly #quarantined = new Set<string>();

  constructor(ofAll: boolean) {
    this.#ofAll = ofAll;
  }

  get areOfAll(): boolean {
    return this.#ofAll;
  }

  /** From here on every item is noted. */
  noteAll(): void {
    this.#ofAll = true;
    this.#quarantined.clear();
  }

  /** An item of this name is in quarantine, or may get there. */
  addQuarantined({ id, collection }: Pick<ReceiptItem, 'id' | 'collection'>): void {
    if (this.#ofAll || id === null || collection === null) return;
    this.#quarantined.add(nameItem({ collection, id }));
    if (this.#quarantined.size > MOST_NAMES) this.noteAll();
  }

  isWanted(item: { readonly collection: string; readonly id: string }): boolean {
    return this.#ofAll || (this.#quarantined.size > 0 && this.#quarantined.has(nameItem(item)));
  }
}

/** The notes of a shard that begins. */
export async function openNotes(pgstac: Database, shards: number): Promise<Notes> {
  const notes = new Notes(shards > 1);
  if (shards > 1) return notes;
  const rows = await pgstac.session((session) =>
    session.query<{ id: string; collection: string }>(
      `SELECT item AS id, collection FROM platform.quarantine
       WHERE item IS NOT NULL AND collection IS NOT NULL LIMIT ${MOST_NAMES + 1}`,
    ),
  );
  for (const row of rows) notes.addQuarantined(row);
  return notes;
}
