import type { SourceDocument, SourcePart } from '../source/document.ts';
import { LARGE_BYTES } from './batch-in-making.ts';
import type { Guess } from './guess-item.ts';
import type { Moment, RecentWrites } from './recent-writes.ts';
import type { Recognised, Recogniser } from './recognise.ts';

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
const GROUP_BYTES = 12 * 1024 * 1024;

/** Groups that are asked for while the one before them is used. */
const AHEAD = 2;

/** The documents of a part with what is known of those that need not be read; nothing is read beside a large one. */
export async function* recogniseGroups(
  part: Pick<SourcePart, 'documents'>,
  recogniser: Recogniser | null,
  writes: Pick<RecentWrites, 'now'>,
): AsyncGenerator<Group> {
  if (recogniser === null) {
    for await (const documents of part.documents()) yield { documents, known: null, asked: writes.now };
    return;
  }
  const source = part.documents()[Symbol.asyncIterator]();
  try {
    yield* askAhead(source, recogniser, writes);
  } finally {
    // Not waited for: it may hang.
    source.return?.().catch(() => undefined);
  }
}

/** Documents are hashed as they come, while the next ones are read, and the ledger is asked meanwhile. */
async function* askAhead(
  source: AsyncIterator<readonly SourceDocument[]>,
  recogniser: Recogniser,
  writes: Pick<RecentWrites, 'now'>,
): AsyncGenerator<Group> {
  const waiting: Promise<Group>[] = [];
  let gathered = new Gathered();
  const ask = () => {
    if (gathered.documents.length > 0) waiting.push(askFor(gathered, recogniser, writes.now));
    gathered = new Gathered();
  };
  let next = readNext(source);
  for (;;) {
    const [first] = waiting;
    // What is known already does not wait for a source that is slow.
    if (first !== undefined && (waiting.length > AHEAD || !(await isSooner(next, first)))) {
      waiting.shift();
      yield await first;
      continue;
    }
    const { done, value: documents } = await next;
    if (done === true) break;
    const isLarge = documents.some(({ bytes }) => bytes.length >= LARGE_BYTES);
    if (!isLarge) next = readNext(source);
    const guesses = recogniser.guess(documents);
    if (guesses !== null) gathered.add(documents, guesses);
    if (guesses === null || isLarge || gathered.isFull) ask();
    if (guesses === null) waiting.push(Promise.resolve({ documents, known: null, asked: writes.now }));
    if (!isLarge) continue;
    for (const group of waiting.splice(0)) yield await group;
    next = readNext(source);
  }
  ask();
  for (const group of waiting) yield await group;
}

function readNext<T>(source: AsyncIterator<T>): Promise<IteratorResult<T>> {
  const next = source.next();
  // Its failure is met when its turn comes; until then it is nobody's.
  next.catch(() => undefined);
  return next;
}

/** Whether one thing is there before another, be it a failure. */
async function isSooner(one: Promise<unknown>, other: Promise<unknown>): Promise<boolean> {
  const yes = () => true;
  const no = () => false;
  return await Promise.race([one.then(yes, yes), other.then(no, no)]);
}

function askFor({ documents, guesses }: Gathered, recogniser: Recogniser, asked: Moment): Promise<Group> {
  const group = recogniser.ask(guesses).then((known) => ({ documents, known, asked }));
  group.catch(() => undefined);
  return group;
}

/** Documents that the ledger is about to be asked for. */
class Gathered {
  readonly documents: SourceDocument[] = [];
  readonly guesses: (Guess | null)[] = [];
  #bytes = 0;

  get isFull(): boolean {
    return this.documents.length >= GROUP_ITEMS || this.#bytes >= GROUP_BYTES;
  }

  add(documents: readonly SourceDocument[], guesses: readonly (Guess | null)[]): void {
    for (const document of documents) {
      this.documents.push(document);
      this.#bytes += document.bytes.length;
    }
    for (const guess of guesses) this.guesses.push(guess);
  }
}
