import { createColors } from 'picocolors';
import type { Diagnostic, Related } from './diagnostic.ts';
import { frameRange } from './frame.ts';
import { hideRanges, hideWords, maskText, readRanges } from './mask-text.ts';

type Colors = ReturnType<typeof createColors>;
/** The lines of each file, with no secret in them. */
type Lines = ReadonlyMap<string, readonly string[]>;

/** Diagnostics as a person reads them on a terminal: a heading, the line with a caret below, and the way out. */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  color: boolean,
): string {
  const colors = createColors(color);
  const secretsOf = (file: string) => diagnostics.filter((one) => one.code === 'PF110' && one.file === file);
  const lines = new Map(
    [...sources].map(([file, text]) => {
      const ranges = secretsOf(file).map(({ range }) => range);
      const hidden = hideRanges(maskText(text).split('\n'), ranges);
      return [file, hideWords(hidden, readRanges(text.split('\n'), ranges))];
    }),
  );
  return diagnostics.map((diagnostic) => formatOne(diagnostic, lines, colors)).join('\n');
}

function formatOne(diagnostic: Diagnostic, sources: Lines, colors: Colors): string {
  const { code, severity, message, hint, file, range, related = [] } = diagnostic;
  const paint = severity === 'error' ? colors.red : colors.yellow;
  const lines = sources.get(file);
  const style = { mark: '^' as const, paintMark: paint, paintGutter: colors.dim };
  const parts = [
    `${colors.bold(describePlace(diagnostic))} ${paint(severity)} ${colors.dim(code)} ${showUnseen(message)}`,
    ...(lines === undefined ? [] : frameRange(lines, range, style)),
    ...(hint === undefined ? [] : [`  ${colors.cyan('→')} ${showUnseen(hint)}`]),
    ...related.flatMap((other) => formatRelated(other, sources, colors)),
  ];
  return parts.map((part) => `${part}\n`).join('');
}

function formatRelated(related: Related, sources: Lines, colors: Colors): readonly string[] {
  const lines = sources.get(related.file);
  const style = { mark: '-' as const, paintMark: colors.blue, paintGutter: colors.dim };
  return [
    `  ${colors.dim(describePlace(related))} ${showUnseen(related.message)}`,
    ...(lines === undefined ? [] : frameRange(lines, related.range, style)),
  ];
}

/** Words that repeat a value of the spec cannot move a terminal's cursor or turn its writing round. */
function showUnseen(words: string): string {
  return words.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

function describePlace({ file, range: { start } }: Related): string {
  return `${file}:${start.line}:${start.column}`;
}

/** The JSON form of DESIGN's contract. */
export function diagnosticsToJson(diagnostics: readonly Diagnostic[]): string {
  return `${JSON.stringify({ diagnostics }, null, 2)}\n`;
}
