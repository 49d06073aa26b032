import { oneLine, refuseNul } from './characters.ts';
import { type Fragment, makeFragment } from './make-fragment.ts';

/** Running text on one line; nothing in it is read as markup, HTML included. */
export function markdownText(value: string): Fragment<'markdown'> {
  return makeFragment('markdown', oneLine(value).replace(markup, escapeMark));
}

/** What CommonMark or GitHub's dialect reads as markup anywhere, as a link, or at the start of a line. */
const markup = /[\\`*_[\]<>&|~$:@#]|(?<=www)\.|^[-+=]|(?<=^\d+)[.)]/gi;

/**
 * A code span; controls become spaces. With a `|`, which would end a table's cell inside backticks, and for no text at
 * all, which backticks cannot hold, it is written as HTML.
 */
export function markdownCode(value: string): Fragment<'markdown'> {
  const line = oneLine(value);
  if (line === '' || line.includes('|')) {
    return makeFragment('markdown', `<code>${line.replace(/[!-/:-@[-`{-~]/g, asEntity)}</code>`);
  }
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return makeFragment('markdown', `${fence}${pad}${line}${pad}${fence}`);
}

/**
 * A command inside a fenced block of shell, indented by nothing: the caller has quoted its words with `shellWord`.
 * Throws on a control character other than a newline or tab, which a page cannot hold.
 */
export function markdownShell(command: string): Fragment<'markdown'> {
  refuseNul(command);
  if (/[^\P{Cc}\n\t]/u.test(command)) throw new RangeError(`a control character in ${JSON.stringify(command)}`);
  // Only inside single quotes is a line of backticks alone worth keeping; '' changes nothing there, and the fence holds.
  return makeFragment('markdown', command.replace(/^( {0,3})(`{3,}[ \t]*)$/gm, "$1''$2"));
}

function escapeMark(char: string): string {
  return /[<>&]/.test(char) ? asEntity(char) : `\\${char}`;
}

function asEntity(char: string): string {
  return `&#${char.charCodeAt(0)};`;
}
