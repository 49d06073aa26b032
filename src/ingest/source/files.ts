import { isWebUrl } from '../../model/names.ts';
import { parseObjectUrl } from '../objects/location.ts';
import { asOnePart, type OpenSource, type SourceDocument } from './document.ts';
import { type FilesPorts, listFiles } from './list-files.ts';
import { readFile } from './read-file.ts';

/**
 * Files by paths, globs and URLs (`https:`, `gs:`): in the order of their texts, each once. One that is not there and a
 * glob that finds nothing are failures, since either would be an ingestion that silently did nothing.
 */
export function openFiles(patterns: readonly string[], ports: FilesPorts): OpenSource {
  let listed: Promise<readonly string[]> | null = null;
  const list = () => {
    listed ??= listFiles(patterns, ports);
    return listed;
  };
  return {
    async *collections() {
      for (const path of await list()) {
        for await (const group of readFile(path, ports)) {
          const end = group.findIndex((document) => !looksLikeCollection(document));
          yield* end < 0 ? group : group.slice(0, end);
          if (end >= 0) break;
        }
      }
    },
    parts: (done) =>
      asOnePart(done, async function* () {
        const paths = await list();
        await expectBytes(paths, ports);
        const count = (bytes: number) => ports.report({ kind: 'read', bytes });
        for (const path of paths) yield* readFile(path, ports, count);
      }),
  };
}

/** For whoever watches. Nothing is said where only a part could be: it would look like all there is. */
async function expectBytes(paths: readonly string[], { files, report }: FilesPorts): Promise<void> {
  let bytes = 0;
  for (const path of paths) {
    const size = isWebUrl(path) || parseObjectUrl(path) !== null ? null : await files.size(path);
    if (size === null) return;
    bytes += size;
  }
  report({ kind: 'expected', bytes });
}

/** Every document of files by paths, globs and URLs, in the order of their texts. */
export async function* readFiles(patterns: readonly string[], ports: FilesPorts): AsyncGenerator<SourceDocument> {
  for (const path of await listFiles(patterns, ports)) {
    for await (const group of readFile(path, ports)) yield* group;
  }
}

/** A quick look before the real one: a wrong yes costs a second reading of the file, a wrong no finds it later. */
function looksLikeCollection(document: SourceDocument): boolean {
  return /"type"\s*:\s*"Collection"/.test(document.bytes.toString('latin1'));
}
