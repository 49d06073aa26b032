import type { SourceDocument, SourcePart } from '../source/document.ts';
import { LARGE_BYTES } from './batch-in-making.ts';
import type { Moment, RecentWrites } from './recent-writes.ts';
import type { Recognise, Recognised } from './recognise.ts';

/** Documents that follow each other in a part of the source. */
export interface Group {
  readonly documents: readonly SourceDocument[];
  /** What is known of each, in their order; null where the ledger was not asked. */
  readonly known: readonly (Recognised | null)[] | null;
  /** When it was asked. */
  readonly asked: Moment;
}

/** Documents that the ledger is asked for at once: what it costs to plan the question is shared by all of them. */
const GROUP_ITEMS = 1000;
const GROUP_BYTES = 8 * 1024 * 1024;

/** Groups that the ledger is being asked for while the one before them is used. */
const ASKED_AHEAD = 2;

/**
 * The documents of a part with what is known of those that need not be read. The ledger is asked while the next ones are
 * read; nothing is read beside a large document.
 */
export async function* recogniseGroups(
  part: SourcePart,
  recognise: Recognise | null,
  writes: Pick<RecentWrites, 'now'>,
): AsyncGenerator<Group> {
  if (recognise === null) {
    for await (const documents of part.documents()) yield { documents, known: null, asked: writes.now };
    return;
  }
  const waiting: Promise<Group>[] = [];
  for await (const documents of gatherGroups(part.documents())) {
    const asked = writes.now;
    const group = recognise(documents).then((known) => ({ documents, known, asked }));
    // Its failure is met when its turn comes; until then it is nobody's.
    group.catch(() => undefined);
    waiting.push(group);
    const ahead = documents.some(({ bytes }) => bytes.length >= LARGE_BYTES) ? 0 : ASKED_AHEAD;
    while (waiting.length > ahead) yield await (waiting.shift() as Promise<Group>);
  }
  for (const group of waiting) yield await group;
}

async function* gatherGroups(
  groups: AsyncIterable<readonly SourceDocument[]>,
): AsyncGenerator<readonly SourceDocument[]> {
  let [gathered, bytes]: [SourceDocument[], number] = [[], 0];
  for await (const group of groups) {
    for (const document of group) {
      gathered.push(document);
      bytes += document.bytes.length;
      if (gathered.length < GROUP_ITEMS && bytes < GROUP_BYTES) continue;
      yield gathered;
      [gathered, bytes] = [[], 0];
    }
  }
  if (gathered.length > 0) yield gathered;
}
