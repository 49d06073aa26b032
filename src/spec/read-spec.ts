import type { Outcome } from '../diagnostic/diagnostic.ts';
import type { SourceFile } from '../diagnostic/source.ts';
import { readPlainYaml } from '../yaml/read-plain.ts';
import type { SpecNode } from './node.ts';
import { createPlaces } from './place.ts';
import { type ValidSpec, validateSpec } from './validate.ts';

/**
 * Text → located document → schema-valid spec. The two libraries that take longer to load than everything else runs,
 * `yaml` and `ajv`, are imported here only, and only when they are needed.
 */
export async function readSpec(file: SourceFile): Promise<Outcome<ValidSpec>> {
  const document = await readDocument(file);
  if (!document.ok) return document;
  const { checkSchema } = await import('./check-schema.ts');
  return validateSpec(document.value, checkSchema);
}

async function readDocument(file: SourceFile): Promise<Outcome<SpecNode>> {
  const plain = readPlainYaml(file.text, createPlaces(file));
  if (plain !== null) return { ok: true, value: plain, warnings: [] };
  const { parseDocument } = await import('./parse.ts');
  return parseDocument(file);
}
