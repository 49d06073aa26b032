import type { Report, ReportedChange } from '../report.ts';
import { groupBy } from './groups.ts';
import { describeValues } from './values.ts';
import { describeAcknowledged, describeVerdict } from './verdict.ts';

/** GitHub takes 65,536 characters a comment; the rest is for what a workflow adds. */
const longest = 64_000;

/** What a value is cut to: a whole list of a hundred ranges is no use in a table. */
const longestValue = 300;

const signs = {
  refused: '⛔',
  destroy: '🗑️',
  replace: '♻️',
  restart: '🔄',
  update: '✏️',
  create: '➕',
  none: '·',
} as const;

/**
 * Changes as a comment of a pull request: a verdict, a table an environment with the worst on top, and the reasons
 * folded away. Never longer than a comment may be: what does not fit is counted. Ends in a newline.
 */
export function formatMarkdown(report: Report, paste: string | null): string {
  const head = `### platform diff\n\n**${describeVerdict(report)}**\n`;
  const tail = [
    ...report.warnings.map((warning) => `\n> **Warning:** ${escapeText(warning)}\n`),
    ...(report.notes.length === 0 ? [] : [`\n${report.notes.map(writeNote).join('')}`]),
    ...(paste === null ? [] : [`\nTo acknowledge what is meant, add to the spec and say why:\n\n${fence(paste)}`]),
  ].join('');
  const kept = tail.length < longest / 2 ? tail : '';
  const body = writeTables(report.changes, longest - head.length - kept.length - 200);
  return `${head}${body}${kept}`;
}

/** As many rows as fit, the reasons of those that are shown as far as they fit, and what was left out. */
function writeTables(changes: readonly ReportedChange[], room: number): string {
  let left = room;
  let shown = 0;
  const parts: string[] = [];
  const take = (text: string): boolean => {
    if (text.length > left) return false;
    parts.push(text);
    left -= text.length;
    return true;
  };
  for (const [name, own] of groupBy(changes, ({ environment }) => environment)) {
    const title = `\n#### ${escapeText(name)}\n\n| | resource | field | before | after |\n|---|---|---|---|---|\n`;
    const rows = own.map(writeRow);
    if (!take(title + (rows[0] ?? ''))) break;
    const rest = rows.slice(1).findIndex((row) => !take(row));
    shown += rest === -1 ? own.length : rest + 1;
    take(writeReasons(own));
  }
  const cut = changes.length - shown;
  return cut === 0
    ? parts.join('')
    : `${parts.join('')}\n_… and ${cut} more: run \`platform diff\` to see them all._\n`;
}

function writeRow(change: ReportedChange): string {
  const { resource, field, impact, rule, before, after } = change;
  const marks = [rule.loss === null ? '' : ' **data loss**', markAcknowledged(change)].join('');
  const values = field === null ? ['', ''] : writeValues(field, before, after);
  const cells = [`${signs[impact]} ${impact}${marks}`, code(resource), field === null ? '' : code(field), ...values];
  return `| ${cells.join(' | ')} |\n`;
}

function markAcknowledged({ acknowledged, fails }: ReportedChange): string {
  if (acknowledged?.standing === 'valid') return ' ✅ acknowledged';
  return fails ? ' ❗ not acknowledged' : '';
}

function writeValues(field: string, before: unknown, after: unknown): readonly string[] {
  const values = describeValues(field, before, after);
  if (values.kind === 'whole') return [code(values.before), code(values.after)];
  const list = (sign: string, entries: readonly string[]) =>
    entries.length === 0 ? '' : code(entries.map((entry) => `${sign} ${entry}`).join(', '));
  return [list('−', values.removed), list('+', values.added)];
}

/** The reason of each rule once, with all that it speaks of. */
function writeReasons(changes: readonly ReportedChange[]): string {
  const explained = changes.filter(({ impact, rule }) => rule.loss !== null || !['create', 'update'].includes(impact));
  if (explained.length === 0) return '';
  const items = [...groupBy(explained, ({ rule }) => rule.id).values()].map((group) => {
    const [{ rule }] = group;
    const meant = group.flatMap((change) => describeAcknowledged(change) ?? []);
    const loss = rule.loss === null ? '' : ` **Data loss:** ${escapeText(rule.loss)}.`;
    const said = meant.length === 0 ? '' : ` _${escapeText(meant.join('; '))}_`;
    return `- ${code(rule.id)} ${escapeText(rule.reason)}${loss}${said} <sub>${escapeText(rule.source)}</sub>\n`;
  });
  return `\n<details><summary>Why</summary>\n\n${items.join('')}\n</details>\n`;
}

function writeNote({ environment, message }: Report['notes'][number]): string {
  return `- ${environment === null ? '' : `${escapeText(environment)}: `}${escapeText(message)}\n`;
}

/** A fence longer than any run of backticks in what it holds. */
function fence(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const marks = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return `${marks}yaml\n${text}${marks}\n`;
}

/** A value in a cell: nothing in it is markup, a mention or the end of the cell. */
function code(text: string): string {
  const cut = text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
  return cut === '' ? '' : `<code>${escapeText(cut)}</code>`;
}

/** Whatever Markdown, HTML or GitHub (`@name`, `#1`) would read as more than a character, by its number. */
function escapeText(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .replace(/[^\p{L}\p{N} .,;:()/=%+?!'"→−…·-]/gu, (char) => `&#${char.codePointAt(0)};`)
    .replace(/:\/\//g, ':&#47;&#47;');
}
