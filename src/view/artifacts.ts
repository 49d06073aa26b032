/** The files of one environment, and what of the spec made each of their lines. */
export interface ViewArtifacts {
  /** All that `platform compile` writes, sorted by path. */
  readonly files: readonly ViewFile[];
  /** What `ViewFile.causes` speak of. */
  readonly places: readonly ViewPlace[];
}

export interface ViewFile {
  readonly path: string;
  /** What makes it, e.g. `terraform`; null for the lock, which is of all. */
  readonly target: string | null;
  readonly bytes: number;
  readonly text: string;
  /** In the order of lines; a line that no entry is of is the same in every platform. */
  readonly causes: readonly LineCauses[];
}

/**
 * Lines from and to (from 1, both counted), then the places that made them: `n + 1` where `places[n]` decides the text,
 * `-(n + 1)` where the line is there because of it. Numbers, since a page has thousands of them.
 */
export type LineCauses = readonly number[];

/** A place of the spec. */
export interface ViewPlace {
  /** e.g. `hosting.cloudSql.tier`. */
  readonly path: string;
  /** From 1; of a default, which is not written, the nearest line that is. 0: the spec as a whole. */
  readonly line: number;
  /** `default`: it is not written. `whole`: the line carries the spec's own text. */
  readonly kind: 'written' | 'default' | 'whole';
}
