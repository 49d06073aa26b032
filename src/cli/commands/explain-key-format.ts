import { createColors } from 'picocolors';
import type { WouldAdd } from '../../trace/additions.ts';
import type { Edit } from '../../trace/edit.ts';
import type { Effects } from '../../trace/effects.ts';
import { toRanges } from '../../trace/map-json.ts';
import { formatPath } from '../../trace/spec-path.ts';
import { splitLines, type Touch } from '../../trace/touches.ts';
import type { Trace } from '../../trace/trace.ts';
import type { Context } from '../context.ts';
import { formatPlace, formatValue, type ShownPlace } from './explain-place.ts';
import type { Explained } from './explained.ts';

/** What a place of the spec makes in one environment. */
export interface ExplainedKey {
  readonly trace: Trace;
  readonly shown: ShownPlace;
  readonly effects: Effects;
  /** What it keeps away, where it makes no line. */
  readonly wouldAdd: WouldAdd | null;
}

type Colors = ReturnType<typeof createColors>;
type FileEffects = ReadonlyMap<number, ReadonlySet<Touch>>;

/** Of more lines that follow each other, and are there because of the place, the first ones stand for all. */
const mostLines = 6;

/** One place in one environment: where it is written, and the lines it makes with their text. */
export function formatKey(context: Context, explained: Explained, key: ExplainedKey, several: boolean): string {
  const colors = createColors(context.stdout.color);
  const { shown, text } = explained.loaded.spec;
  const { trace, effects } = key;
  const count = [...effects.values()].reduce((sum, lines) => sum + lines.size, 0);
  const files = [...effects].map(([path, lines]) => formatFile(trace, path, lines, colors)).join('');
  const total =
    count === 0
      ? 'makes no line of an artifact as it stands'
      : `makes ${count} ${count === 1 ? 'line' : 'lines'} of ${effects.size} ${effects.size === 1 ? 'file' : 'files'}`;
  return [
    several ? `${colors.bold(colors.underline(trace.environment))}\n` : '',
    formatPlace(key.shown, text, context.stdout),
    `  ${total}${count === 0 ? '' : colors.dim('  (~ reads so because of it, + is there because of it)')}\n`,
    files,
    formatAdditions(key, colors),
    formatCarriers(trace, shown, colors),
  ].join('');
}

function formatFile(trace: Trace, path: string, lines: FileEffects, colors: Colors): string {
  const all = splitLines(trace.base.get(path) ?? '');
  const signOf = (line: number) => (lines.get(line)?.has('altered') === true ? '~' : '+');
  const present = [...lines.keys()].filter((line) => signOf(line) === '+');
  if (present.length === all.length)
    return `\n  ${colors.bold(path)}\n    ${colors.green('+')} the whole file, ${all.length} lines\n`;
  const hidden = new Map<number, number>();
  for (const [from, to] of toRanges(present)) if (to - from >= mostLines) hidden.set(from + 2, to);
  const rows: string[] = [];
  for (const [line] of lines) {
    const last = [...hidden].find(([from, to]) => line >= from && line <= to);
    if (last !== undefined && line !== last[0]) continue;
    if (last !== undefined)
      rows.push(`    ${colors.green('+')} ${colors.dim(`${String(line).padStart(5)} | … to line ${last[1]}`)}`);
    else {
      const sign = signOf(line);
      rows.push(
        `    ${sign === '~' ? colors.cyan(sign) : colors.green(sign)} ${colors.dim(`${String(line).padStart(5)} |`)} ${cut(all[line - 1] ?? '')}`,
      );
    }
  }
  return `\n  ${colors.bold(path)}\n${rows.join('\n')}\n`;
}

/** As much of a line as a terminal shows. */
function cut(text: string): string {
  return text.length <= 140 ? text : `${text.slice(0, 139)}…`;
}

function formatAdditions({ wouldAdd }: ExplainedKey, colors: Colors): string {
  if (wouldAdd === null) return '';
  const rows = wouldAdd.additions.map(({ path, after, count }) => {
    const what = `${count} ${count === 1 ? 'line' : 'lines'}`;
    return `    ${colors.green('+')} ${path}${after === 0 ? '' : `, ${what} after line ${after}`}\n`;
  });
  return `\n  ${colors.dim(`with ${wouldAdd.edits.map(formatEdit).join(', ')} there would be more:`)}\n${rows.join('')}`;
}

function formatEdit(edit: Edit): string {
  const at = formatPath(edit.path);
  switch (edit.kind) {
    case 'set':
      return `${at}: ${formatValue(edit.value)}`;
    case 'remove':
      return `no ${at}`;
    case 'rename':
      return `${at} named ${edit.to}`;
    default:
      return edit satisfies never;
  }
}

function formatCarriers(trace: Trace, spec: string, colors: Colors): string {
  const carriers = trace.findCarriers();
  if (carriers.length === 0) return '';
  const places = carriers.slice(0, 4).map(({ path, lines }) => `${path}:${[...lines.keys()].join(',')}`);
  if (carriers.length > places.length) places.push(`and ${carriers.length - places.length} more files`);
  return `\n  ${colors.dim(`and, as every line of ${spec} does, it changes the copy of it that pods read: ${places.join(' ')}`)}\n`;
}

/** The same for machines: every line, with its text. */
export function keysToJson(keys: readonly ExplainedKey[]): object {
  return {
    environments: keys.map(({ trace, shown, effects, wouldAdd }) => ({
      environment: trace.environment,
      ...shown,
      artifacts: [...effects].map(([path, lines]) => {
        const all = splitLines(trace.base.get(path) ?? '');
        return {
          path,
          lines: [...lines].map(([line, touches]) => ({
            line,
            effect: touches.has('altered') ? 'text' : 'presence',
            text: all[line - 1] ?? '',
          })),
        };
      }),
      ...(wouldAdd === null ? {} : { wouldAdd: wouldAdd.additions }),
      carriers: trace.findCarriers().map(({ path, lines }) => ({ path, lines: [...lines.keys()] })),
    })),
  };
}
