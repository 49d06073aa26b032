import { resolveEnvironments } from '../../compile.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { renderSpec } from '../../emit/init/spec.ts';
import { completeDraft, type Draft } from './draft.ts';

export interface CheckedDraft {
  /** The spec that it makes. */
  readonly text: string;
  readonly ok: boolean;
  /** Mistakes where it is not ok, else warnings; places are in `text`. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Where the spec will be and what its first line names. */
export interface SpecPlace {
  /** Absolute. */
  readonly folder: string;
  /** As shown: relative to the current folder. */
  readonly shown: string;
  /** The schema's path from the spec's folder. */
  readonly schema: string;
}

/** The spec of a draft, read by the compiler itself: what it says here is what `platform validate` would say. */
export async function checkDraft(draft: Draft, place: SpecPlace): Promise<CheckedDraft> {
  const text = renderSpec(completeDraft(draft, place.folder), place.schema);
  const resolved = await resolveEnvironments({ path: place.shown, text }, []);
  return { text, ok: resolved.ok, diagnostics: resolved.ok ? resolved.warnings : resolved.diagnostics };
}
