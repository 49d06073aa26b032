/** One generated file: a path relative to its environment's folder, with `/`, and its text (LF, ends in one newline). */
export interface Artifact {
  readonly path: string;
  readonly text: string;
  /** Set where the file is a program. */
  readonly executable?: boolean;
}

/** An artifact with the hash by which the lock knows it. */
export interface HashedArtifact extends Artifact {
  readonly sha256: string;
}
