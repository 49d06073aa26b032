import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { identify } from '../diagnostic/order.ts';

/** What was said of one environment. */
export interface Told {
  readonly name: string;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What was said of several environments, each thing once: with the environments it is true of where those are not all
 * `count` of the spec, and with `ofAll` behind it where they are.
 */
export function nameEnvironments(told: readonly Told[], count: number, ofAll: string): readonly Diagnostic[] {
  const found = new Map<string, { diagnostic: Diagnostic; names: string[] }>();
  for (const { name, diagnostics } of told) {
    for (const diagnostic of diagnostics) {
      const key = identify(diagnostic);
      const known = found.get(key);
      if (known === undefined) found.set(key, { diagnostic, names: [name] });
      else if (!known.names.includes(name)) known.names.push(name);
    }
  }
  return [...found.values()].map(({ diagnostic, names }) => {
    if (count === 1) return diagnostic;
    const some = ` (${names.length === 1 ? 'environment' : 'environments'} ${names.join(', ')})`;
    return { ...diagnostic, message: diagnostic.message + (names.length === count ? ofAll : some) };
  });
}
