import { resolveChecked } from '../../src/compile.ts';
import type { Outcome } from '../../src/diagnostic/diagnostic.ts';
import type { SourceFile } from '../../src/diagnostic/source.ts';
import type { Platform } from '../../src/model/platform.ts';
import { findMistakes } from '../../src/spec/find-mistakes.ts';

/** As `resolveSpec`, without its wait: by the libraries that `resolveSpec` loads only where something is wrong. */
export function resolveNow(file: SourceFile): Outcome<readonly Platform[]> {
  const resolved = resolveChecked(findMistakes(file));
  return resolved.ok ? { ...resolved, value: resolved.value.platforms } : resolved;
}

/** Every environment of a spec's text, by the compiler's own front half; a mistake in it is the test's own and throws. */
export function resolveAll(text: string): readonly Platform[] {
  const resolved = resolveNow({ path: 'platform.yaml', text });
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.diagnostics, null, 1));
  return resolved.value;
}

/** The environment of that name, or the only one. */
export function resolveText(text: string, environment?: string): Platform {
  const platforms = resolveAll(text);
  const found = platforms.find((platform) => platform.environment === environment);
  if (found !== undefined) return found;
  const [only, ...others] = platforms;
  if (environment !== undefined || only === undefined || others.length > 0)
    throw new Error('one environment is wanted');
  return only;
}
