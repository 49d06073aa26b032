import { createColors } from 'picocolors';
import type { Diagnostic } from './diagnostic.ts';
import { maskSecrets } from './secret-shapes.ts';

/** Diagnostics as a person reads them on a terminal: a heading, the line with a caret below, and the way out. */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  color: boolean,
): string {
  const colors = createColors(color);
  return diagnostics.map((diagnostic) => formatOne(diagnostic, sources, colors)).join('\n');
}

function formatOne(
  diagnostic: Diagnostic,
  sources: ReadonlyMap<string, string>,
  colors: ReturnType<typeof createColors>,
): string {
  const { start } = diagnostic.range;
  const paint = diagnostic.severity === 'error' ? colors.red : colors.yellow;
  const place = `${diagnostic.file}:${start.line}:${start.column}`;
  const lines = [
    `${colors.bold(place)} ${paint(diagnostic.severity)} ${colors.dim(diagnostic.code)} ${diagnostic.message}`,
  ];
  const text = sources.get(diagnostic.file);
  if (text !== undefined) lines.push(...frame(diagnostic, text, colors));
  if (diagnostic.hint !== undefined) lines.push(`  ${colors.cyan('→')} ${diagnostic.hint}`);
  for (const related of diagnostic.related ?? []) {
    lines.push(
      `  ${colors.dim(`${related.file}:${related.range.start.line}:${related.range.start.column}`)} ${related.message}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function frame(diagnostic: Diagnostic, text: string, colors: ReturnType<typeof createColors>): string[] {
  const { start, end } = diagnostic.range;
  const line = maskSecrets((text.split('\n')[start.line - 1] ?? '').replace(/\r$/, ''));
  const gutter = String(start.line).padStart(4);
  const last = end.line === start.line ? end.column : line.length + 1;
  const width = Math.max(1, Math.min(last, line.length + 1) - start.column);
  const shown = cutAround(line, start.column - 1);
  const lead = shown.text.slice(0, shown.at).replace(/[^\t]/g, ' ');
  const carets = '^'.repeat(Math.max(1, Math.min(width, shown.text.length - shown.at)));
  return [`${colors.dim(`${gutter} |`)} ${shown.text}`, `${colors.dim('     |')} ${lead}${colors.red(carets)}`];
}

/** As much of a line as a terminal shows. */
const frameColumns = 120;

/** The part of a line around a place, and where the place is in it. */
function cutAround(line: string, at: number): { readonly text: string; readonly at: number } {
  if (line.length <= frameColumns) return { text: line, at };
  const from = Math.max(0, Math.min(at - 40, line.length - frameColumns));
  const to = Math.min(line.length, from + frameColumns);
  const head = from > 0 ? '…' : '';
  return { text: `${head}${line.slice(from, to)}${to < line.length ? '…' : ''}`, at: at - from + head.length };
}

/** The JSON form of DESIGN's contract. */
export function diagnosticsToJson(diagnostics: readonly Diagnostic[]): string {
  return `${JSON.stringify({ diagnostics }, null, 2)}\n`;
}
