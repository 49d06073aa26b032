import type { OpenSource, SourceDocument } from '../../../src/ingest/source/document.ts';

/** Every document of a source, part after part. */
export async function* readParts(source: OpenSource): AsyncGenerator<SourceDocument> {
  for await (const part of source.parts(new Set())) yield* flatten(part.documents());
}

/** What comes in groups, one after the other. */
export async function* flatten<T>(groups: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const group of groups) yield* group;
}
