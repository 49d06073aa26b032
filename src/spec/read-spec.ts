import type { SourceFile } from '../diagnostic/source.ts';
import { readPlainYaml } from '../yaml/read-plain.ts';
import type { SpecNode } from './node.ts';
import { createPlaces } from './place.ts';
import { findSecrets, findSecretsInComments } from './secrets.ts';
import { type CheckedSpec, type ValidSpec, validateSpec } from './validate.ts';

/**
 * Text → located document → spec of the right shape, or every mistake it has. The two libraries that take longer to load
 * than everything else runs, `yaml` and `ajv`, are imported here only, and only when they are needed. `wanted` names the
 * environments to look at; none means all.
 */
export async function readSpec(file: SourceFile, wanted: readonly string[] = []): Promise<CheckedSpec> {
  const value = await readQuickly(file, wanted);
  if (value !== null) return { ok: true, value, warnings: [] };
  const { findMistakes } = await import('./find-mistakes.ts');
  return findMistakes(file, wanted);
}

/** A spec of which there is nothing to say; null for any other. */
async function readQuickly(file: SourceFile, wanted: readonly string[]): Promise<ValidSpec | null> {
  if (findSecretsInComments(file).length > 0) return null;
  const document = await readTree(file);
  if (document === null || findSecrets(document, file).length > 0) return null;
  return validateSpec(document, wanted);
}

/** What a text says, of whatever shape; null where its YAML has a mistake. */
export async function readTree(file: SourceFile): Promise<SpecNode | null> {
  const plain = readPlainYaml(file.text, createPlaces(file));
  if (plain !== null) return plain;
  const { parseDocument } = await import('./parse.ts');
  const document = parseDocument(file);
  return document.ok ? document.value : null;
}
