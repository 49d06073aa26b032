import type { SourceDocument } from '../source/document.ts';

/** Memory that documents were read into. */
interface Use {
  readonly memory: ArrayBufferLike;
  /** In it, and of batches that have not ended, or of none yet. */
  documents: number;
  /** No document that is still to come is in it. */
  isRead: boolean;
}

/**
 * Gives the memory that documents were read into back to who reads them, once the batches have ended that have any of
 * them. A group of documents has nothing of the memory of the group before it, but what was copied, unless it has all of
 * it.
 */
export class ReadMemory {
  readonly #giveBack: (memory: ArrayBufferLike) => void;
  readonly #uses = new Map<ArrayBufferLike, Use>();

  constructor(giveBack: (memory: ArrayBufferLike) => void) {
    this.#giveBack = giveBack;
  }

  /** Counts documents as they come from their source. */
  async *watch(groups: AsyncIterable<readonly SourceDocument[]>): AsyncGenerator<readonly SourceDocument[]> {
    let before: ReadonlySet<Use> = new Set();
    for await (const group of groups) {
      const uses = new Set(group.map(({ bytes }) => this.#add(bytes.buffer)));
      this.#end(before, uses);
      before = uses;
      yield group;
    }
    this.#end(before, new Set());
  }

  /** @param documents The memory of each document of a batch that has ended: nothing looks at them any more. */
  release(documents: readonly ArrayBufferLike[]): void {
    for (const memory of documents) {
      const use = this.#uses.get(memory);
      if (use === undefined) continue;
      use.documents -= 1;
      this.#settle(use);
    }
  }

  #add(memory: ArrayBufferLike): Use {
    let use = this.#uses.get(memory);
    if (use === undefined) {
      use = { memory, documents: 0, isRead: false };
      this.#uses.set(memory, use);
    }
    use.documents += 1;
    return use;
  }

  #end(before: ReadonlySet<Use>, now: ReadonlySet<Use>): void {
    for (const use of before) {
      if (now.has(use)) continue;
      use.isRead = true;
      this.#settle(use);
    }
  }

  #settle(use: Use): void {
    if (!use.isRead || use.documents > 0) return;
    this.#uses.delete(use.memory);
    this.#giveBack(use.memory);
  }
}
