import { findNode, locateKey, locateValue, type SpecNode, type SpecPath } from '../spec/node.ts';
import { formatPath } from '../trace/spec-path.ts';

/** A place of the spec that is behind something. */
export interface SpecLine {
  /** e.g. `hosting.cloudSql.tier`. */
  readonly path: string;
  /** From 1; of what is not written, the nearest line that is. */
  readonly line: number;
  readonly written: boolean;
}

export type Locate = (path: SpecPath) => SpecLine;

/** Where paths of an environment's merged spec are written, and, in the spec as it was written, the environments. */
export function createLocate(root: SpecNode, document: SpecNode): Locate {
  return (path) => {
    if (path[0] === 'environments')
      return { path: formatPath(path), line: locateKey(document, path).range.start.line, written: true };
    const node = findNode(root, path);
    const place = node === null ? locateValue(root, path) : node.kind === 'scalar' ? node.place : locateKey(root, path);
    return { path: formatPath(path), line: place.range.start.line, written: node !== null };
  };
}

/** The path of the entry of a list that has a value at a key, e.g. of a person by `member`; the list's own where none has. */
export function findEntry(root: SpecNode, list: SpecPath, key: string, value: string): SpecPath {
  const node = findNode(root, list);
  if (node?.kind !== 'list') return list;
  const at = node.items.findIndex((item) => {
    const found = findNode(item, [key]);
    return found?.kind === 'scalar' && found.value === value;
  });
  return at < 0 ? list : [...list, at];
}
