import type { Platform } from '../../model/platform.ts';
import type { SpecNode, SpecPath } from '../../spec/node.ts';
import { findEntry, type Locate, type SpecLine } from '../locate.ts';
import type { ArchitectureNode } from './architecture.ts';

/** A part of the architecture before it is laid out. */
export interface Part {
  readonly nodes: readonly PlannedNode[];
  readonly edges: readonly PlannedEdge[];
}

export interface PlannedNode extends ArchitectureNode {
  readonly column: 0 | 1 | 2 | 3 | 4;
}

export interface PlannedEdge {
  readonly from: string;
  readonly to: string;
  /** As whom; empty where the edge says nothing. */
  readonly identity: string;
  readonly how: string;
}

/** What every part is made from. */
export interface Subject {
  readonly platform: Platform;
  readonly at: (...path: SpecPath) => SpecLine;
  /** Of the entry of a list, by the value it has at a key. */
  readonly entryAt: (list: SpecPath, key: string, value: string) => SpecLine;
}

export function createSubject(platform: Platform, root: SpecNode, locate: Locate): Subject {
  return {
    platform,
    at: (...path) => locate(path),
    entryAt: (list, key, value) => locate(findEntry(root, list, key, value)),
  };
}

/** More of a kind than this are drawn as one for each set of grants, or of ways; the table below names them all. */
export const mostDrawn = 6;

/** The node by which all people get in. */
export const peoplesWay = "people's way";

export const databases = ['pgstac', 'ingest'] as const;
export type DatabaseName = (typeof databases)[number];

/** `pgstac: read, ingest: write`. */
export function describeGrants(grants: Platform['people'][number]['grants']): string {
  const said = databases.flatMap((database) => (grants[database] === null ? [] : [`${database} ${grants[database]}`]));
  return said.length === 0 ? 'no grant' : said.join(', ');
}

/** Values by what they have in common, in their order. */
export function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return [...groups.values()];
}
