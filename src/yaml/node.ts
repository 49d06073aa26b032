/**
 * What YAML says: plain values in maps and lists, each knowing where it was written. `P` is whatever the reader was
 * asked to keep of a place.
 */
export type YamlNode<P> = YamlScalar<P> | YamlList<P> | YamlMap<P>;

export interface YamlScalar<P> {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly place: P;
}

export interface YamlList<P> {
  readonly kind: 'list';
  readonly items: readonly YamlNode<P>[];
  /** From its first item (block) or bracket (flow) to the end of its last; comments after that are nobody's. */
  readonly place: P;
}

export interface YamlMap<P> {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, YamlEntry<P>>;
  /** From its first key or brace to the end of its last value. */
  readonly place: P;
}

export interface YamlEntry<P> {
  /** Where the key stands. */
  readonly key: P;
  readonly value: YamlNode<P>;
}

/** More nodes than any spec has; in YAML with aliases, those that multiply stop here. */
export const mostNodes = 200_000;
/** Deeper than any spec is; readers of YAML recurse, and far deeper ones run out of stack. */
export const mostDepth = 100;
