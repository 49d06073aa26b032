import { IngestionFailure } from '../failure.ts';
import { judgeDocument } from '../item/judge.ts';
import { upsertCollection } from '../load/collections.ts';
import { retryTransaction } from '../load/retry.ts';
import type { OpenSource, SourceDocument } from '../source/document.ts';
import type { JudgedCollection } from './entry.ts';
import { readCollections, type ShardWork } from './shard-work.ts';

/**
 * Puts what can be had of the collections before any item is read: first those that the spec gives, then the source's.
 * Gives the ids of the former, whose place the source's own do not take, so that no run undoes what the last one did.
 */
export async function putCollections(
  work: ShardWork,
  given: AsyncIterable<SourceDocument>,
  source: OpenSource,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const document of given) {
    const { id } = await putEarly(work, judgeGiven(work, document));
    ids.add(id);
  }
  for await (const document of source.collections(ids)) {
    const judged = judgeDocument(document, work.scanner);
    if (judged.kind === 'collection' && !ids.has(judged.id)) await putEarly(work, judged);
  }
  return ids;
}

/** A file that the spec names as a collection and that is none would be missed by nobody. */
function judgeGiven({ scanner }: ShardWork, document: SourceDocument): JudgedCollection {
  const judged = judgeDocument(document, scanner);
  if (judged.kind === 'collection') return judged;
  const why = judged.kind === 'bad' ? judged.message : 'it is an item';
  throw new IngestionFailure('source', `${document.source}, ${document.place} is no collection: ${why}`, {
    hint: "a pipeline's `collections` name STAC Collections; items belong into its source",
  });
}

/** Its items, which come later, are written as they are read if it is known by then. */
async function putEarly(work: ShardWork, collection: JudgedCollection): Promise<JudgedCollection> {
  await putCollection(work, collection);
  await readCollections(work, [collection.id]);
  return collection;
}

export async function putCollection(work: ShardWork, collection: JudgedCollection): Promise<void> {
  const { ports, shardBy, layout } = work;
  const options = { shardBy, layout, rehydrate: work.rehydrate ? work : null };
  await retryTransaction(ports, () => upsertCollection(ports.pgstac, collection, options));
  work.collections.delete(collection.id);
}
