import { mostNodes } from './node.ts';
import { resolveScalar } from './resolve-scalar.ts';

/** Thrown at whatever is no plain YAML, right or wrong: caught by `readPlainYaml`, which then gives null. */
export class NotPlain extends Error {
  constructor() {
    super('not plain YAML');
    this.name = 'NotPlain';
  }
}

export function refuse(): never {
  throw new NotPlain();
}

export const codes = {
  newline: 0x0a,
  return: 0x0d,
  space: 0x20,
  quote: 0x22,
  hash: 0x23,
  apostrophe: 0x27,
  comma: 0x2c,
  dash: 0x2d,
  dot: 0x2e,
  colon: 0x3a,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  openMap: 0x7b,
  closeMap: 0x7d,
} as const;

/** The codes of these characters, for a look-up by code; all are ASCII. */
function markCodes(characters: string): Uint8Array {
  const marks = new Uint8Array(128);
  for (const character of characters) marks[character.charCodeAt(0)] = 1;
  return marks;
}

/** What cannot start an unquoted scalar, or means something else there. A dash can, with care. */
const indicators = markCodes('?:,[]{}#&*!|>\'"%@`');
const flowIndicators = markCodes(',[]{}');

/** Where an unquoted scalar ends: before a colon with a space, a comment, the line's end, within brackets a comma or bracket. */
const blockEnd = /(?=:(?![^ \n\r])| #|[\n\r]|$)/g;
const flowEnd = /(?=:(?![^ \n\r,[\]{}])| #|[\n\r,[\]{}]|$)/g;

/** False past the text's end, where a code is NaN. */
const isFlowIndicator = (code: number): boolean => flowIndicators[code] === 1;

/** Space, line end or end of text. */
export const isBlank = (code: number): boolean =>
  code === codes.space || code === codes.newline || code === codes.return || Number.isNaN(code);

/** A place in a text, and how scalars and what is between them are read there. */
export class Scanner {
  readonly text: string;
  /** Offset of the next character. */
  at = 0;
  /** Spaces before the line that `at` stands on; -1 once the text is over. */
  column = -1;
  /** Where the value read last ends. */
  end = 0;
  private count = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The code of the character `ahead` of the next; NaN past the end. */
  code(ahead = 0): number {
    return this.text.charCodeAt(this.at + ahead);
  }

  skipSpaces(): void {
    while (this.code() === codes.space) this.at++;
  }

  /** True before a line's end or a comment. */
  isLineOver(): boolean {
    const code = this.code();
    return code === codes.hash || (code !== codes.space && isBlank(code));
  }

  /** Every value goes through here once. */
  countNode(): void {
    if (++this.count > mostNodes) refuse();
  }

  /** Passes what may follow a value on its line, then goes to the next line that says something. */
  endLine(): void {
    this.skipSpaces();
    if (!this.isLineOver()) refuse();
    this.nextLine();
    if (this.column === 0 && this.isDocumentMark()) refuse();
  }

  /** Passes line ends, empty lines and comments; sets `column`. */
  nextLine(): void {
    for (;;) {
      const start = this.at;
      this.skipSpaces();
      const code = this.code();
      if (code === codes.hash) this.skipComment();
      else if (code === codes.newline) this.at++;
      else if (code === codes.return) this.at += 2;
      else {
        this.column = Number.isNaN(code) ? -1 : this.at - start;
        return;
      }
    }
  }

  /** Passes a comment and its line's end. It must stand apart from what is before it. */
  skipComment(): void {
    if (this.at > 0 && !isBlank(this.code(-1))) refuse();
    const end = this.text.indexOf('\n', this.at);
    this.at = end === -1 ? this.text.length : end + 1;
  }

  /** `---` or `...`, which start and end documents where they stand first on a line. */
  isDocumentMark(): boolean {
    const code = this.code();
    if (code !== codes.dash && code !== codes.dot) return false;
    return code === this.code(1) && code === this.code(2) && isBlank(this.code(3));
  }

  /** The value of a scalar on one line; a colon or comment after it is left. Sets `end`. */
  readScalar(inFlow: boolean): string | number | boolean | null {
    const first = this.code();
    if (first === codes.quote) return this.readDoubleQuoted();
    if (first === codes.apostrophe) return this.readSingleQuoted();
    const start = this.at;
    this.skipPlain(inFlow);
    const value = resolveScalar(this.text.slice(start, this.end));
    return typeof value === 'number' && !Number.isFinite(value) ? refuse() : value;
  }

  private skipPlain(inFlow: boolean): void {
    const first = this.code();
    if (isBlank(first) || indicators[first] === 1) refuse();
    const second = this.code(1);
    if (first === codes.dash && (isBlank(second) || (inFlow && isFlowIndicator(second)))) refuse();
    const pattern = inFlow ? flowEnd : blockEnd;
    pattern.lastIndex = this.at;
    pattern.test(this.text);
    let end = pattern.lastIndex;
    while (this.text.charCodeAt(end - 1) === codes.space) end--;
    this.at = end;
    this.end = end;
  }

  private readDoubleQuoted(): string {
    const start = this.at;
    let escaped = false;
    for (this.at++; this.code() !== codes.quote; this.at++) {
      this.refuseLineEnd();
      if (this.code() !== codes.backslash) continue;
      escaped = true;
      this.at++;
    }
    this.end = ++this.at;
    if (!escaped) return this.text.slice(start + 1, this.end - 1);
    try {
      // Every escape of JSON's is one of YAML's and means the same; the rest of YAML's are not plain.
      return JSON.parse(this.text.slice(start, this.end)) as string;
    } catch {
      return refuse();
    }
  }

  private readSingleQuoted(): string {
    const start = this.at + 1;
    let escaped = false;
    for (this.at++; ; this.at++) {
      this.refuseLineEnd();
      if (this.code() !== codes.apostrophe) continue;
      if (this.code(1) !== codes.apostrophe) break;
      escaped = true;
      this.at++;
    }
    this.end = ++this.at;
    const inner = this.text.slice(start, this.end - 1);
    return escaped ? inner.replaceAll("''", "'") : inner;
  }

  private refuseLineEnd(): void {
    const code = this.code();
    if (code !== codes.space && isBlank(code)) refuse();
  }
}
