import type { Range } from './diagnostic.ts';
import { isSecretKey, maskSecrets } from './secret-shapes.ts';

const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)/gs;
/** A key whose value (a block, an open quote, nothing yet) goes on below its line. */
const openKey = /(?<![\w.-])(?<key>[\w.-]+)["']?\s*:\s*([|>].*|"[^"]*|'[^']*)?$/;

/**
 * A spec's text with whatever looks like a secret in it replaced, unit for unit, so that carets still fit: what a line
 * shows by itself, private keys of several lines, and what is indented below a key that holds secrets.
 */
export function maskText(text: string): string {
  let secretDepth: number | null = null;
  const lines = text.replace(privateKey, hide).split('\n');
  return lines
    .map((line) => {
      const depth = line.length - line.trimStart().length;
      if (secretDepth !== null && (line.trim() === '' || depth > secretDepth)) return hide(line);
      const key = openKey.exec(line)?.groups?.['key'];
      secretDepth = key !== undefined && isSecretKey(key) ? depth : null;
      return maskSecrets(line);
    })
    .join('\n');
}

/** Lines with what stands in the ranges replaced: secrets that were found where no line shows that they are one. */
export function hideRanges(lines: readonly string[], ranges: readonly Range[]): readonly string[] {
  const hidden = [...lines];
  for (const { start, end } of ranges) {
    for (let number = start.line; number <= Math.min(end.line, lines.length); number++) {
      const line = hidden[number - 1] ?? '';
      const from = number === start.line ? start.column - 1 : 0;
      const to = number === end.line ? end.column - 1 : line.length;
      hidden[number - 1] = line.slice(0, from) + hide(line.slice(from, to)) + line.slice(to);
    }
  }
  return hidden;
}

/** What stands in the ranges, line by line and without its quotes. */
export function readRanges(lines: readonly string[], ranges: readonly Range[]): readonly string[] {
  return ranges.flatMap(({ start, end }) =>
    lines.slice(start.line - 1, end.line).map((line, index, part) => {
      const to = index === part.length - 1 ? end.column - 1 : line.length;
      const text = line.slice(index === 0 ? start.column - 1 : 0, to).trim();
      return text.replace(/^["']/, '').replace(/["']$/, '');
    }),
  );
}

/** Lines with secrets replaced wherever else they stand. Short ones are words of their own and stay. */
export function hideWords(lines: readonly string[], secrets: readonly string[]): readonly string[] {
  const long = secrets.filter(({ length }) => length >= 4);
  if (long.length === 0) return lines;
  return lines.map((line) => long.reduce((shown, secret) => shown.replaceAll(secret, hide(secret)), line));
}

function hide(text: string): string {
  return text.replace(/\S/g, '*');
}
