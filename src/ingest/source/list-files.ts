import { isWebUrl } from '../../model/names.ts';
import { failToRead, IngestionFailure } from '../failure.ts';
import { formatObjectUrl, type ObjectLocation, parseObjectUrl } from '../objects/location.ts';
import { listObjects, type ObjectPorts } from '../objects/objects.ts';
import type { FilePort, Ports } from '../ports.ts';
import { compileGlob, globFolder, isGlob } from './glob.ts';

export type FilesPorts = ObjectPorts & Pick<Ports, 'files'>;

/**
 * What paths, globs and URLs name, in the order of their texts, each once. A glob that finds nothing is a failure: it
 * would be an ingestion that silently did nothing. In a web URL nothing is a wildcard.
 */
export async function listFiles(patterns: readonly string[], ports: FilesPorts): Promise<readonly string[]> {
  const paths = new Set<string>();
  for (const pattern of patterns) {
    const object = parseObjectUrl(pattern);
    if (isWebUrl(pattern) || !isGlob(pattern)) paths.add(pattern);
    else {
      const found = object === null ? findFiles(pattern, ports.files) : findObjects(object, ports);
      let none = true;
      for await (const path of found) {
        none = false;
        paths.add(path);
      }
      if (none)
        throw new IngestionFailure('source', `no file matches ${pattern}`, {
          hint: object === null ? 'paths are relative to the folder of the spec' : 'names are matched letter by letter',
        });
    }
  }
  return [...paths].sort();
}

async function* findFiles(pattern: string, files: FilePort): AsyncGenerator<string> {
  const matches = compileGlob(pattern);
  const isDeep = pattern.includes('**');
  const deepest = isDeep ? Number.POSITIVE_INFINITY : pattern.split('/').length;
  async function* walk(folder: string, depth: number): AsyncGenerator<string> {
    const entries = await files.list(folder === '' ? '.' : folder).catch((cause) => failToRead(folder || '.', cause));
    for (const { name, isFolder, isLink } of entries) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (!isFolder && matches.test(path)) yield path;
      // A link to a folder above would never end.
      if (isFolder && depth < deepest && !(isLink && isDeep)) yield* walk(path, depth + 1);
    }
  }
  const start = globFolder(pattern);
  yield* walk(start, start === '' ? 1 : start.split('/').length + 1);
}

/** Cloud Storage has no folders: names that begin as the pattern does are listed, and matched whole. */
async function* findObjects({ bucket, name: pattern }: ObjectLocation, ports: ObjectPorts): AsyncGenerator<string> {
  const matches = compileGlob(pattern);
  const prefix = /^[^*?[{]*/.exec(pattern)?.[0] ?? '';
  for await (const { name } of listObjects({ bucket, name: prefix }, ports)) {
    if (matches.test(name)) yield formatObjectUrl({ bucket, name });
  }
}
