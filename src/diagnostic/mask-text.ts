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

function hide(text: string): string {
  return text.replace(/\S/g, '*');
}
