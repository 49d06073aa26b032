import type { Outcome } from '../diagnostic/diagnostic.ts';
import type { SourceFile } from '../diagnostic/source.ts';
import { type ValidSpec, validateSpec } from './validate.ts';

/**
 * Text → located document → schema-valid spec. The two libraries that take longer to load than everything else runs,
 * `yaml` and `ajv`, are imported here only, and only when they are needed.
 */
export async function readSpec(file: SourceFile): Promise<Outcome<ValidSpec>> {
  const { parseDocument } = await import('./parse.ts');
  const document = parseDocument(file);
  if (!document.ok) return document;
  const { checkSchema } = await import('./check-schema.ts');
  return validateSpec(document.value, checkSchema);
}
