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

/** Its private fields are the proof that a printer made it: nothing can take them on, and nothing can change them. */
class PrintedText {
  readonly #language: Language;
  readonly #text: string;

  constructor(of: Language, text: string) {
    this.#language = of;
    this.#text = text;
  }

  get language(): Language {
    return this.#language;
  }

  get text(): string {
    return this.#text;
  }

  toString(): string {
    return this.#text;
  }

  static isOne(value: unknown): value is PrintedText {
    return typeof value === 'object' && value !== null && #text in value;
  }

  static read(of: Language, value: unknown): string {
    if (PrintedText.isOne(value) && value.#language === of) return value.#text;
    throw new TypeError(`not a ${of} fragment`);
  }
}

/** For the printers of this folder only: a rule holds that no other room imports this file. */
export function makeFragment<L extends Language>(of: L, text: string): Fragment<L> {
  return new PrintedText(of, text) as unknown as Fragment<L>;
}

/** True for what a printer made, false for an object that merely looks like it. */
export function isFragment(value: unknown): value is Fragment<Language> {
  return PrintedText.isOne(value);
}

/** Its text, to be put into another of its language. Throws on what no printer of that language made. */
export function readFragment<L extends Language>(of: L, fragment: Fragment<L>): string {
  return PrintedText.read(of, fragment);
}
