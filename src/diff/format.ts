import { createColors } from 'picocolors';
import { type Change, type Impact, impacts } from './change.ts';

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

/**
 * Changes for a person: by environment and resource, the worst first, with the reason of whatever is more than a change
 * in place, and a line that sums up. Ends in a newline.
 */
export function formatChanges(changes: readonly Change[], color: boolean): string {
  const colors = createColors(color);
  if (changes.length === 0) return 'No changes.\n';
  const environments = groupBy(changes, (change) => change.environment);
  const parts = [...environments].map(([name, own]) => {
    const groups = [...groupBy(own, groupOf)].map(([, group]) => formatGroup(group, colors));
    return `${colors.bold(name)}\n\n${groups.join('\n')}`;
  });
  return `${parts.join('\n')}\n${summarise(changes, colors)}\n`;
}

/** Resources that are made or removed whole stand together, one a line; any other has its fields below it. */
function groupOf({ resource, field, impact }: Change): string {
  return field === null && !needsReason(impact) ? `whole ${impact}` : `resource ${resource}`;
}

function formatGroup(group: readonly Change[], colors: Colors): string {
  const [first] = group;
  if (first === undefined) return '';
  if (first.field === null) return group.map((change) => formatWhole(change, colors)).join('');
  const width = Math.max(...group.map(({ field }) => field?.length ?? 0));
  return `  ${colors.bold(formatText(first.resource))}\n${group.map((change) => formatField(change, width, colors)).join('')}`;
}

function formatWhole(change: Change, colors: Colors): string {
  return `  ${formatImpact(change.impact, colors)}  ${colors.bold(formatText(change.resource))}\n${formatReason(change, 2, colors)}`;
}

function formatField(change: Change, width: number, colors: Colors): string {
  const { field, before, after, impact } = change;
  const values = `${formatValue(before)} ${colors.dim('→')} ${formatValue(after)}`;
  return `    ${formatImpact(impact, colors)}  ${formatText(field ?? '').padEnd(width)}  ${values}\n${formatReason(change, 4, colors)}`;
}

function formatImpact(impact: Impact, colors: Colors): string {
  const { sign, color } = looks[impact];
  return colors[color](`${sign} ${impact.padEnd(impactWidth)}`);
}

function formatReason({ impact, rule }: Change, indent: number, colors: Colors): string {
  if (!needsReason(impact) && rule.loss === null) return '';
  const space = ' '.repeat(indent + impactWidth + 4);
  const loss = rule.loss === null ? '' : `${space}${colors.red(`data loss: ${rule.loss}`)}\n`;
  return `${loss}${space}${rule.reason}\n${space}${colors.dim(rule.source)}\n`;
}

/** A change in place and a new resource speak for themselves. */
function needsReason(impact: Impact): boolean {
  return impact !== 'update' && impact !== 'create';
}

function summarise(changes: readonly Change[], colors: Colors): string {
  const counts = impacts
    .map((impact) => ({ impact, count: changes.filter((change) => change.impact === impact).length }))
    .filter(({ count }) => count > 0)
    .map(({ impact, count }) => colors[looks[impact].color](`${count} ${impact}`));
  const losing = changes.filter(({ rule }) => rule.loss !== null).length;
  const loss = losing === 0 ? '' : `; ${colors.red(`${losing} ${losing === 1 ? 'loses' : 'lose'} data`)}`;
  return `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}: ${counts.join(', ')}${loss}.`;
}

/** One line: plain where it reads as words, else as JSON, so that nothing in it moves a terminal's cursor. */
function formatValue(value: unknown): string {
  if (value === null) return '(none)';
  if (typeof value === 'string') return formatText(value);
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) {
    return `[${value.map(formatValue).join(', ')}]`;
  }
  return escapeUnseen(JSON.stringify(value));
}

function formatText(text: string): string {
  const plain = /^[^\s\p{C}"[\],]+( [^\s\p{C}"[\],]+)*$/u.test(text);
  return plain ? text : escapeUnseen(JSON.stringify(text));
}

function escapeUnseen(json: string): string {
  return json.replace(/[\p{C}\u2028\u2029]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}
