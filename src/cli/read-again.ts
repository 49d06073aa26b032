import type { SourceFile } from '../diagnostic/source.ts';
import type { SpecNode } from '../spec/node.ts';
import { readSpec, readTree } from '../spec/read-spec.ts';
import type { ValidSpec } from '../spec/validate.ts';

export interface ReadSpec {
  readonly document: SpecNode;
  readonly spec: ValidSpec;
}

/** A spec once more, with the place of all it says and the environments wanted (none means all); null for one with mistakes. */
export async function readAgain(file: SourceFile, wanted: readonly string[]): Promise<ReadSpec | null> {
  const [document, spec] = [await readTree(file), await readSpec(file, wanted)];
  return document === null || !spec.ok ? null : { document, spec: spec.value };
}
