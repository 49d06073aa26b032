import type { Code } from '../../diagnostic/catalog.ts';
import type { Diagnostic, Severity } from '../../diagnostic/diagnostic.ts';
import { shorten } from '../../diagnostic/shorten.ts';
import { locateKey, locateValue, type SpecNode, type SpecPath } from '../../spec/node.ts';
import type { PlatformSpec } from '../../spec/schema.ts';

/** One environment's merged spec, and where its parts were written. */
export interface RuleInput {
  readonly value: PlatformSpec;
  readonly root: SpecNode;
}

/** A mistake no JSON Schema sees: values that must fit each other, or that Google's APIs refuse only at apply. */
export interface Finding {
  readonly code: Code;
  /** Left out: an error. */
  readonly severity?: Severity;
  readonly at: SpecPath;
  readonly message: string;
  readonly hint: string;
  /** Show the key rather than the value. */
  readonly onKey?: boolean;
  readonly related?: { readonly at: SpecPath; readonly message: string };
}

export function toDiagnostic(root: SpecNode, finding: Finding): Diagnostic {
  const place = finding.onKey === true ? locateKey(root, finding.at) : locateValue(root, finding.at);
  const related = finding.related === undefined ? null : locateKey(root, finding.related.at);
  return {
    code: finding.code,
    severity: finding.severity ?? 'error',
    message: shorten(finding.message),
    hint: shorten(finding.hint),
    file: place.file,
    range: place.range,
    ...(related === null || finding.related === undefined
      ? {}
      : { related: [{ message: finding.related.message, file: related.file, range: related.range }] }),
  };
}
