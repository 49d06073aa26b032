import type { Diagnostic, Range } from './diagnostic.ts';
import { joinHint, type Report } from './report.ts';

/**
 * A report as GitHub's workflow commands, which become annotations of the run and of the pull request's lines. Source:
 * GitHub Actions' documentation, 'Workflow commands'; the escaping is that of its toolkit (@actions/core, command.ts).
 */
export function formatGithub({ diagnostics, files, failure }: Report): string {
  const lines = [
    ...diagnostics.map(formatDiagnostic),
    ...files.map(({ rule, message, file }) => formatCommand('error', { file, title: rule.id }, message)),
    ...(failure === null ? [] : [formatCommand('error', {}, joinHint(failure))]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function formatDiagnostic(diagnostic: Diagnostic): string {
  const { code, severity, file, range, related = [] } = diagnostic;
  const others = related.map(
    (other) => `\n${other.file}:${other.range.start.line}:${other.range.start.column} ${other.message}`,
  );
  const place = { file, ...describeRange(range), title: code };
  return formatCommand(severity, place, `${joinHint(diagnostic)}${others.join('')}`);
}

type Properties = Readonly<Record<string, string | number>>;

/** The runner drops columns, with a complaint in the log, where `line` and `endLine` differ. */
function describeRange({ start, end }: Range): Properties {
  if (start.line === end.line) return { line: start.line, col: start.column, endLine: end.line, endColumn: end.column };
  // A range that ends where a line begins has nothing of that line.
  const last = end.column === 1 ? end.line - 1 : end.line;
  return last === start.line ? { line: start.line, col: start.column } : { line: start.line, endLine: last };
}

function formatCommand(command: 'error' | 'warning', properties: Properties, message: string): string {
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${command}${list.length === 0 ? '' : ` ${list.join(',')}`}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
