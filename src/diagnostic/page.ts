import { createColors } from 'picocolors';

/** Wide enough for code, narrow enough to read. */
const pageColumns = 88;

/** A page of docs/diagnostics for a terminal: bold headings, paragraphs wrapped, code indented and without its fences. */
export function renderPage(markdown: string, color: boolean): string {
  const colors = createColors(color);
  const lines: string[] = [];
  let inCode = false;
  for (const line of markdown.trimEnd().split('\n')) {
    if (line.startsWith('```')) inCode = !inCode;
    else if (inCode) lines.push(line === '' ? '' : `    ${colors.cyan(line)}`);
    else if (line.startsWith('#')) lines.push(colors.bold(line.replace(/^#+ /, '')));
    else lines.push(...wrapLine(line).map((part) => part.replace(/`[^`]+`/g, (code) => colors.cyan(code))));
  }
  return `${lines.join('\n')}\n`;
}

/** A paragraph or list item, which stands on one line of its page; code in it stays in one piece. */
function wrapLine(line: string): readonly string[] {
  const indent = /^- /.test(line) ? '  ' : '';
  const lines: string[] = [];
  let current = '';
  for (const word of line.match(/(?:`[^`]*`|\S)+/g) ?? []) {
    if (current !== '' && current.length + 1 + word.length > pageColumns) {
      lines.push(current);
      current = `${indent}${word}`;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current];
}
