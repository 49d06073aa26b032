import { type Fragment, makeFragment } from './fragment.ts';

/** Running text on one line; nothing in it is read as markup, HTML included. */
export function markdownText(value: string): Fragment<'markdown'> {
  const line = value.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return makeFragment('markdown', line.replace(/[\\`*_{}[\]()#+\-.!|<>&~$:@]/g, (char) => (/[<>&]/.test(char) ? `&#${char.charCodeAt(0)};` : `\\${char}`)));
}

/** A code span; the fence is longer than any run of backticks inside, and `|` is safe in a table's cell only outside. */
export function markdownCode(value: string): Fragment<'markdown'> {
  const line = value.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return makeFragment('markdown', `${fence}${pad}${line}${pad}${fence}`);
}

/** One line inside a fenced block of shell: the caller has quoted its words with `shellWord`. */
export function markdownShell(line: string): Fragment<'markdown'> {
  return makeFragment('markdown', line.replace(/[\r\n]+/g, ' ').replaceAll('```', "'``'"));
}
