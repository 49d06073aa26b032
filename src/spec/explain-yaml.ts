/** An error of the yaml library, as far as it is read here. */
export interface YamlError {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** What is wrong with a text that is not YAML, in a user's words. Offsets are UTF-16 units from 0, `end` exclusive. */
export interface YamlMistake {
  readonly message: string;
  /** What to write instead. */
  readonly hint: string;
  readonly start: number;
  readonly end: number;
}

/** The mistakes behind the yaml library's errors: one a line, since the first of a line mostly brings the others. */
export function explainYaml(text: string, errors: readonly YamlError[]): readonly YamlMistake[] {
  const lines = new Set<number>();
  const kinds = new Set<string>();
  return [...errors]
    .sort((a, b) => a.pos[0] - b.pos[0])
    .map((error) => explainError(text, error))
    .filter(({ start, message }) => {
      const line = text.lastIndexOf('\n', start - 1);
      // A tab breaks the lines after it too, and a conflict is told once, not at each of its marks.
      if (lines.has(line) || kinds.has(message)) return false;
      lines.add(line);
      if (message === tabs.message || message === conflict.message) kinds.add(message);
      return true;
    });
}

type Words = Pick<YamlMistake, 'message' | 'hint'>;

const tabs: Words = { message: 'a tab where YAML wants spaces', hint: 'indent with spaces' };
const conflict: Words = {
  message: 'a merge conflict',
  hint: 'keep one of its sides, and remove the lines of <, = and >',
};

function explainError(text: string, error: YamlError): YamlMistake {
  const [start, last] = error.pos;
  const end = Math.max(start + 1, Math.min(last, endOfLine(text, start)));
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, endOfLine(text, start));
  if (/^(<{7}|={7}|>{7})/.test(line)) return { ...conflict, start, end };
  if (error.code === 'TAB_AS_INDENT') return { ...tabs, start, end: start + 1 };
  const unclosed = findUnclosed(text, error);
  if (unclosed !== null) return unclosed;
  return { ...describeError(error, line, text.slice(start, end)), start, end };
}

/** A quote or bracket that is opened and not closed: told where it opens, not where the text ends. */
function findUnclosed(text: string, { message, pos }: YamlError): YamlMistake | null {
  const quote = /^Missing closing (["'])/.exec(message)?.[1];
  if (quote !== undefined) {
    // Any later one would have closed it.
    const start = text.lastIndexOf(quote, pos[0]);
    return { message: `a ${quote} that is never closed`, hint: `end the text with ${quote}`, start, end: start + 1 };
  }
  const close = /must .*end with an? ([\]}])/.exec(message)?.[1];
  if (close === undefined) return null;
  const start = findOpening(text, pos[0], close === ']' ? '[' : '{', close);
  const open = text[start] ?? close;
  return { message: `a ${open} that is never closed`, hint: `end it with ${close}`, start, end: start + 1 };
}

function findOpening(text: string, from: number, open: string, close: string): number {
  let depth = 0;
  for (let at = from - 1; at >= 0; at--) {
    if (text[at] === close) depth++;
    else if (text[at] === open && depth-- === 0) return at;
  }
  return Math.max(0, from - 1);
}

function describeError({ code, message }: YamlError, line: string, there: string): Words {
  const word = there.trim().split(/\s/)[0] ?? '';
  const tight = /^\s*(?:- )?([\w.-]+):([^\s:/].*)$/.exec(line);
  switch (code) {
    case 'BAD_SCALAR_START':
      return { message: `a value cannot start with ${word.charAt(0)}`, hint: 'put the value in quotes' };
    case 'BAD_ALIAS':
      return {
        message: 'an alias of no anchor',
        hint: 'name an anchor that stands above (`&name`), or put the text in quotes',
      };
    case 'TAG_RESOLVE_FAILED':
      return { message: `a tag, ${word}`, hint: 'remove the tag, or put the text in quotes' };
    case 'BAD_INDENT':
      return {
        message: 'indented unlike the lines it belongs to',
        hint: 'start the keys of one map at the same column',
      };
    case 'BAD_DQ_ESCAPE':
      return { message: `${word} is no escape`, hint: 'write \\\\ for a backslash, or put the text in single quotes' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        message: 'a map where a value stands already',
        hint: 'a value with a colon in it wants quotes; the keys of a map go below, indented more',
      };
    case 'BAD_DIRECTIVE':
      return { message: 'a line that starts with %', hint: 'put the text in quotes; a spec needs no directive' };
    case 'KEY_OVER_1024_CHARS':
      return { message: 'a key of more than 1024 characters', hint: 'name it shorter' };
    case 'MULTILINE_IMPLICIT_KEY':
    case 'MISSING_CHAR':
      if (tight !== null) return { message: 'no space after a colon', hint: `write \`${tight[1]}: …\`, with a space` };
      if (/^\s*-/.test(line))
        return { message: 'a list beside keys', hint: 'put the list below a key, indented more than it' };
      return {
        message: 'a line that is neither a key nor part of a value',
        hint: 'write `key: value`, and a list item as `- item`',
      };
    default:
      return {
        message: plainWords(message, word),
        hint: 'put text with such a sign in quotes, or close what is open before it',
      };
  }
}

/** The library's own words, without its names for tokens. */
function plainWords(message: string, word: string): string {
  if (/^Unexpected|^Not a YAML token/.test(message))
    return word === '' ? 'something is missing here' : 'this cannot stand here';
  return message.replace(/ at line \d+.*$/s, '').replace(/^./, (letter) => letter.toLowerCase());
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
