/** The languages artifacts are written in. */
export type Language = 'hcl' | 'yaml' | 'sql' | 'shell' | 'python' | 'json' | 'env' | 'markdown';

declare const language: unique symbol;

/**
 * Text that is safe to stand as it is in one language. Only this room makes them: a template's hole takes nothing else,
 * so that what reaches an artifact was always quoted by the printer of its language.
 */
export interface Fragment<L extends Language> {
  readonly language: L;
  readonly text: string;
  readonly [language]: L;
  toString(): string;
}

const made = new WeakSet<object>();

/** For the printers of this folder only: a rule holds that no other room imports this file. */
export function makeFragment<L extends Language>(of: L, text: string): Fragment<L> {
  const fragment = Object.freeze({ language: of, text, toString: () => text }) as unknown as Fragment<L>;
  made.add(fragment);
  return fragment;
}

/** True for what a printer made, false for an object that merely looks like it. */
export function isFragment(value: unknown): value is Fragment<Language> {
  return typeof value === 'object' && value !== null && made.has(value);
}

/** Its text, to be put into another of its language. Throws on what no printer of that language made. */
export function readFragment<L extends Language>(of: L, fragment: Fragment<L>): string {
  if (!isFragment(fragment) || fragment.language !== of) throw new TypeError(`not a ${of} fragment`);
  return fragment.text;
}
