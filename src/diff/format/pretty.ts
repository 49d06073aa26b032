import { createColors } from 'picocolors';
import { type Impact, impacts } from '../change.ts';
import type { Report, ReportedChange } from '../report.ts';
import { describeKeep } from '../ways.ts';
import { type ChangeGroup, groupBy, groupChanges } from './groups.ts';
import { describeFiles, describePlaces, describeUntraced } from './origins.ts';
import { describeValues, formatText } from './values.ts';
import { describeAcknowledged, describeVerdict } from './verdict.ts';

type Colors = ReturnType<typeof createColors>;

/** How an impact looks: a sign that says it without colour too, and a colour. */
const looks: Readonly<
  Record<Impact, { readonly sign: string; readonly color: 'red' | 'magenta' | 'yellow' | 'cyan' | 'green' | 'dim' }>
> = {
  refused: { sign: '✗', color: 'red' },
  destroy: { sign: '-', color: 'red' },
  replace: { sign: '±', color: 'magenta' },
  restart: { sign: '↻', color: 'yellow' },
  update: { sign: '~', color: 'cyan' },
  create: { sign: '+', color: 'green' },
  none: { sign: '·', color: 'dim' },
};

const impactWidth = Math.max(...impacts.map((impact) => impact.length));
const columns = 110;

/**
 * Changes for a person: by environment and resource, the worst first, with the reason of whatever is more than a change
 * in place (once, where several have the same), then notes, and a line that sums up. Ends in a newline.
 */
export function formatPretty(report: Report, color: boolean): string {
  const colors = createColors(color);
  const parts = [...groupChanges(report.changes)].map(([name, groups]) => {
    const said = new Set<string>();
    return `${colors.bold(name)}\n\n${groups.map((group) => formatGroup(group, said, colors)).join('\n')}\n`;
  });
  const notes = report.notes.map(({ environment, message }) => {
    const where = environment === null ? '' : `${environment}: `;
    return `${colors.yellow('note')} ${wrap(formatProse(where + message), 5)}\n`;
  });
  const untraced = report.untraced === 0 ? '' : `${colors.dim(describeUntraced(report.untraced))}\n`;
  const verdict = report.changes.length === 0 ? 'No changes.' : colors.bold(describeVerdict(report));
  return `${parts.join('')}${notes.join('')}${notes.length > 0 ? '\n' : ''}${untraced}${verdict}\n`;
}

function formatGroup({ kind, changes }: ChangeGroup, said: Set<string>, colors: Colors): string {
  const [first] = changes;
  if (kind === 'whole') return formatWhole(changes, said, colors);
  const width = Math.max(...changes.map(({ field }) => formatText(field ?? '').length));
  // Neighbours by the same rule have its reason below the last of them.
  const runs = [
    ...groupBy(changes, (change) =>
      JSON.stringify([change.impact, change.rule, change.acknowledged, change.places, change.ways]),
    ).values(),
  ];
  const body = runs.map((run) => {
    const fields = run.map((change) => formatField(change, width, colors)).join('');
    return `${fields}${locate(run[0], 4, said, colors)}${explain(run[0], 4, said, colors)}${formatWays(run[0], 4)}`;
  });
  return `  ${colors.bold(formatText(first.resource))}\n${body.join('')}`;
}

/** Whole resources: a few with where each comes from, more of one kind on lines they share. */
function formatWhole(changes: ChangeGroup['changes'], said: Set<string>, colors: Colors): string {
  const [first] = changes;
  const sign = formatImpact(first.impact, colors);
  const runs = [...groupBy(changes, originOf).values()];
  // Of so many, each from its own line, only the reason is said.
  const located = runs.length <= fewResources;
  const parts = (located ? runs : [changes]).map((run) => {
    const lines = listNames(run).map((names) => `  ${sign}  ${names}\n`);
    return `${lines.join('')}${located ? locate(run[0], 2, said, colors) + formatWays(run[0], 2) : ''}`;
  });
  return `${parts.join('')}${explain(first, 2, said, colors)}`;
}

const fewResources = 6;

function originOf({ places, ways }: ReportedChange): string {
  return JSON.stringify([places, ways]);
}

/** Few resources stand one a line; many of one kind share lines, each of them named. */
function listNames(changes: readonly ReportedChange[]): readonly string[] {
  const kinds = groupBy(changes, ({ resource }) => resource.split(' ')[0] ?? '');
  return [...kinds].flatMap(([kind, own]) => {
    if (own.length <= fewResources) return own.map(({ resource }) => formatText(resource));
    const names = own.map(({ resource }) => formatText(resource.slice(kind.length + 1)));
    return [wrap(`${own.length} ${kind}s: ${names.join(', ')}`, impactWidth + 6)];
  });
}

function formatField(change: ReportedChange, width: number, colors: Colors): string {
  const { field, before, after, impact } = change;
  const head = `    ${formatImpact(impact, colors)}  ${formatText(field ?? '').padEnd(width)}  `;
  const space = ' '.repeat(impactWidth + width + 10);
  const values = describeValues(field ?? '', before, after);
  if (values.kind === 'entries') {
    const lines = [
      ...values.removed.map((entry) => colors.red(`- ${entry}`)),
      ...values.added.map((entry) => colors.green(`+ ${entry}`)),
    ];
    return `${head}${lines.join(`\n${space}`)}\n`;
  }
  const arrow = colors.dim('→');
  const fits = space.length + values.before.length + values.after.length + 3 <= columns;
  return fits
    ? `${head}${values.before} ${arrow} ${values.after}\n`
    : `${head}${values.before}\n${space}${arrow} ${values.after}\n`;
}

function formatImpact(impact: Impact, colors: Colors): string {
  const { sign, color } = looks[impact];
  return colors[color](`${sign} ${impact.padEnd(impactWidth)}`);
}

/** Where the spec says it, and what that writes; the same files are named once. */
function locate(
  { environment, places, files }: ReportedChange,
  indent: number,
  said: Set<string>,
  colors: Colors,
): string {
  const space = ' '.repeat(indent + impactWidth + 4);
  const [where, what] = [describePlaces(places), describeFiles(files)];
  const key = JSON.stringify([environment, files]);
  const lines = [where, what === null || said.has(key) ? null : `→ ${what}`];
  said.add(key);
  return lines.map((line) => (line === null ? '' : `${space}${colors.dim(wrap(line, space.length))}\n`)).join('');
}

/** Loss, reason, rule and acknowledgement, below what they are of; a rule that has spoken is only named again. */
function explain(change: ReportedChange, indent: number, said: Set<string>, colors: Colors): string {
  const { impact, rule, fails } = change;
  const space = ' '.repeat(indent + impactWidth + 4);
  const line = (text: string, paint: (words: string) => string = (words) => words) =>
    `${space}${paint(wrap(text, space.length))}\n`;
  const meant = describeAcknowledged(change);
  const standing = change.acknowledged?.standing === 'valid' ? colors.green : colors.yellow;
  const lines = [
    ...(rule.loss === null ? [] : [line(`data loss: ${rule.loss}`, colors.red)]),
    ...(meant === null ? [] : [line(formatProse(meant), standing)]),
    ...(fails && meant === null ? [line('not acknowledged', colors.yellow)] : []),
  ];
  if (!needsReason(impact) && rule.loss === null) return lines.join('');
  if (said.has(rule.id)) return `${lines.join('')}${line(`${rule.id}, as above`, colors.dim)}`;
  said.add(rule.id);
  return `${lines.join('')}${line(rule.reason)}${line(`${rule.id} · ${rule.source}`, colors.dim)}`;
}

/** Both ways out of a difference with what runs, and which of them is meant to be taken. */
function formatWays({ ways }: ReportedChange, indent: number): string {
  if (ways === undefined) return '';
  const space = ' '.repeat(indent + impactWidth + 4);
  const lines = [
    `the ${ways.should} should change: ${ways.because}`,
    `so that the spec holds: ${ways.apply}`,
    `so that it stays: ${describeKeep(ways.keep)}`,
  ];
  return lines.map((line) => `${space}${wrap(formatProse(line), space.length)}\n`).join('');
}

/** What happens to a running thing, or to nothing at all though a value changed, is explained. */
function needsReason(impact: Impact): boolean {
  return impact !== 'create' && impact !== 'update';
}

/** People's own words, on one line and without what would move a terminal's cursor. */
function formatProse(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\p{C}]/gu, '\ufffd');
}

/** Words over lines of a terminal's width, those after the first indented. */
function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}
