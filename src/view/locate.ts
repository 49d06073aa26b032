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
