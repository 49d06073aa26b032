import { compareBadness } from '../change.ts';
import { nameChange, type Report, type ReportedChange } from '../report.ts';
import { describeKeep } from '../ways.ts';
import { groupBy } from './groups.ts';
import { describeFiles, describePlaces, describeUntraced } from './origins.ts';
import { describeValues } from './values.ts';
import { describeAcknowledged, describeVerdict } from './verdict.ts';

/** GitHub takes 65,536 characters a comment; the rest is for what a workflow adds. */
export const longestComment = 64_000;

/** What a value is cut to: a whole list of a hundred ranges is no use in a table. */
const longestValue = 300;

/** Of how many resources of one kind each has a row. */
const mostRows = 6;

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
 * Changes as a comment of a pull request: a verdict, a table an environment with the worst on top (the worst environment first), and the reasons
 * folded away. Never longer than a comment may be: what does not fit is counted. Ends in a newline.
 */
export function formatMarkdown(report: Report, paste: string | null): string {
  const head = `### platform diff\n\n**${describeVerdict(report)}**\n`;
  const tail = [
    ...report.warnings.map((warning) => `\n> **Warning:** ${escapeText(warning)}\n`),
    ...(report.notes.length === 0 ? [] : [`\n${report.notes.map(writeNote).join('')}`]),
    ...(report.untraced === 0 ? [] : [`\n${escapeText(describeUntraced(report.untraced))}\n`]),
    ...(paste === null ? [] : [`\nTo acknowledge what is meant, add to the spec and say why:\n\n${fence(paste)}`]),
  ].join('');
  const kept = tail.length < longestComment / 2 ? tail : '';
  const body = writeTables(report.changes, longestComment - head.length - kept.length - 200);
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
  for (const [name, own] of sortByWorst([...groupBy(changes, ({ environment }) => environment)])) {
    const title = `\n#### ${escapeText(name)}\n\n| | resource | field | before | after |\n|---|---|---|---|---|\n`;
    const [first, ...rest] = writeRows(own);
    if (first === undefined || !take(title + first.text)) break;
    shown += first.count;
    for (const { text, count } of rest) if (take(text)) shown += count;
    take(writeReasons(own));
    take(writeOrigins(own));
    take(writeWays(own));
  }
  const cut = changes.length - shown;
  return cut === 0
    ? parts.join('')
    : `${parts.join('')}\n_… and ${cut} more: run \`platform diff\` to see them all._\n`;
}

/** The environment with the worst change first: it is read first, and what does not fit is of the others. */
function sortByWorst<T extends readonly [name: string, own: readonly ReportedChange[]]>(groups: readonly T[]): T[] {
  return [...groups].sort(([, [a]], [, [b]]) => (a === undefined || b === undefined ? 0 : compareBadness(a, b)));
}

/** A row of a table, and how many changes are in it. */
interface Row {
  readonly text: string;
  readonly count: number;
}

/** A row a change; many resources of one kind that are made or removed share one, each of them named. */
function writeRows(changes: readonly ReportedChange[]): readonly Row[] {
  const groups = groupBy(changes, ({ resource, field, impact, rule, ...change }) =>
    field === null
      ? JSON.stringify([resource.split(' ')[0], impact, rule.id, markAcknowledged(change)])
      : JSON.stringify([resource, field]),
  );
  return [...groups.values()].flatMap((group): readonly Row[] =>
    group.length <= mostRows
      ? group.map((change) => ({ text: writeRow(change, code(change.resource)), count: 1 }))
      : [{ text: writeRow(group[0], foldNames(group)), count: group.length }],
  );
}

function foldNames(group: readonly [ReportedChange, ...ReportedChange[]]): string {
  const kind = group[0].resource.split(' ')[0] ?? '';
  const names = group.map(({ resource }) => escapeText(resource.slice(kind.length + 1))).join(', ');
  return `<details><summary>${group.length} ${escapeText(kind)}s</summary>${names}</details>`;
}

function writeRow(change: ReportedChange, resource: string): string {
  const { field, impact, rule, before, after } = change;
  const marks = [rule.loss === null ? '' : ' **data loss**', markAcknowledged(change)].join('');
  const values = field === null ? ['', ''] : writeValues(field, before, after);
  const cells = [`${signs[impact]} ${impact}${marks}`, resource, field === null ? '' : code(field), ...values];
  return `| ${cells.join(' | ')} |\n`;
}

function markAcknowledged({ acknowledged, fails }: Pick<ReportedChange, 'acknowledged' | 'fails'>): string {
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
  const explained = changes.filter(
    ({ impact, rule, acknowledged }) =>
      rule.loss !== null || acknowledged !== null || !['create', 'update'].includes(impact),
  );
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

/** Each place of the spec once, with the files that it touches. */
function writeOrigins(changes: readonly ReportedChange[]): string {
  const items = [
    ...new Set(
      changes.map(({ places, files }) => {
        const [where, what] = [describePlaces(places), describeFiles(files)];
        if (where === null && what === null) return '';
        return `- ${[where, what].flatMap((part) => (part === null ? [] : [code(part)])).join(' → ')}\n`;
      }),
    ),
  ];
  const text = items.join('');
  return text === '' ? '' : `\n<details><summary>Where</summary>\n\n${text}\n</details>\n`;
}

/** Of each difference with what runs, which side should change, and both ways out. */
function writeWays(changes: readonly ReportedChange[]): string {
  const items = changes.flatMap(({ resource, field, ways }) =>
    ways === undefined
      ? []
      : [
          `- ${code(nameChange(resource, field))} the ${ways.should} should change: ${escapeText(ways.because)}. ${escapeText(ways.apply)} ${code(describeKeep(ways.keep))}\n`,
        ],
  );
  return items.length === 0
    ? ''
    : `\n<details><summary>Which side should change</summary>\n\n${items.join('')}\n</details>\n`;
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
