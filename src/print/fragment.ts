import { type Fragment, isFragment, type Language, makeFragment, readFragment } from './make-fragment.ts';

// What other rooms may know of fragments: not how to make one.
export { type Fragment, isFragment, type Language };

/**
 * Several fragments of one language after each other, with nothing or a fixed separator of that language between.
 * Throws on what no printer of that language made.
 */
export function joinFragments<L extends Language>(
  of: L,
  fragments: readonly Fragment<L>[],
  separator: '' | ' ' | ', ' | '\n' = '',
): Fragment<L> {
  return makeFragment(of, fragments.map((fragment) => readFragment(of, fragment)).join(separator));
}
