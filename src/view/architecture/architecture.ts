import type { SpecLine } from '../locate.ts';

/** What the platform is made of and who reaches what, drawn and as a table. */
export interface Architecture {
  readonly drawing: Drawing;
  /** Everyone who reaches a database, none folded together. */
  readonly reaches: readonly Reach[];
}

/** Places are in the drawing's own units, in which its text is 12 high. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly columns: readonly { readonly title: string; readonly x: number; readonly width: number }[];
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

export type NodeKind = 'source' | 'person' | 'runner' | 'identity' | 'way' | 'database' | 'instance' | 'kept';

export interface ArchitectureNode {
  /** Unique in the drawing. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly title: string;
  readonly detail: string;
  readonly facts: readonly Fact[];
  /** Where the spec says it. */
  readonly lines: readonly SpecLine[];
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** A box: its corner, and the text that fits into it, which may be cut. */
export interface DrawnNode extends ArchitectureNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly shown: readonly [title: string, detail: string];
}

export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  /** As whom. */
  readonly identity: string;
  /** By which way. */
  readonly how: string;
  /** SVG's path data. */
  readonly path: string;
  /** Where the two texts stand, above and below the line. */
  readonly label: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly shown: readonly [string, string];
  };
}

/** One who reaches one database. */
export interface Reach {
  readonly who: string;
  /** The Google account behind it; null where there is none. */
  readonly account: string | null;
  readonly database: string;
  /** The login of PostgreSQL. */
  readonly login: string;
  /** The group role it is a member of. */
  readonly role: string;
  readonly how: string;
}
