import type { OpenSource, SourceDocument } from '../../../src/ingest/source/document.ts';

/** Every document of a source, part after part. */
export async function* readParts(source: OpenSource): AsyncGenerator<SourceDocument> {
  for await (const part of source.parts(new Set())) yield* part.documents();
}
