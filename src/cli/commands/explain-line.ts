import { readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { createColors } from 'picocolors';
import { lockName } from '../../artifact/lock.ts';
import { suggestName } from '../../diagnostic/suggest.ts';
import type { Platform } from '../../model/platform.ts';
import { alignLines } from '../../trace/align.ts';
import { type Cause, findCauses } from '../../trace/causes.ts';
import { type Derivation, findDerivations } from '../../trace/derivations.ts';
import { lookUpCauses, mapCauses } from '../../trace/map.ts';
import { splitLines } from '../../trace/touches.ts';
import type { Trace } from '../../trace/trace.ts';
import { CommandError, type Context } from '../context.ts';
import { renderCommand } from '../render-command.ts';
import { showPath } from '../show-path.ts';
import { readFreshMap } from './explain-map.ts';
import { formatPlace, showPlace } from './explain-place.ts';
import type { Explained } from './explained.ts';

/** Lines of an artifact, from 1, both ends counted. */
export interface LineSubject {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** `FILE:LINE`, `FILE:FROM-TO` or `FILE:FROM:TO`; null for what is a key of the spec. */
export function readLineSubject(subject: string): LineSubject | null {
  const [, file, first, last] = /^(.+?):(\d+)(?:[-:](\d+))?$/.exec(subject) ?? [];
  if (file === undefined) {
    if (!/[\\/]/.test(subject) || subject.includes('[')) return null;
    throw new CommandError(2, `which line of ${subject}?`, { hint: `say it after a colon: ${subject}:1` });
  }
  const from = Number(first);
  const to = Number(last ?? first);
  if (from < 1 || to < from) throw new CommandError(2, `${subject}: lines count from 1, the first before the last`);
  return { file, from, to };
}

/** A spec with more places than this is never asked for all of them at once, unless --map says so. */
const mostProbes = 500;

interface ExplainedLine {
  readonly line: number;
  readonly text: string;
  readonly causes: readonly Cause[];
  /** It carries the spec's own text, or a hash of it. */
  readonly carriesSpec: boolean;
}

/** Says what made each of the lines. Throws `CommandError` (exit 2) where that is no line of an artifact. */
export async function explainLine(context: Context, explained: Explained, subject: LineSubject): Promise<void> {
  const artifact = findArtifact(context, explained, subject.file);
  const { trace, path, shown } = artifact;
  const lines = splitLines(trace.base.get(path) ?? '');
  const shift = await findShift(context, explained, artifact, subject);
  // Line by line is quicker for a few, all at once for many.
  const many = subject.to - subject.from >= 3 && trace.probes.length < mostProbes;
  const map = (await readFreshMap(explained, trace)) ?? (many ? mapCauses(trace) : null);
  const carriers = trace.findCarriers().find((carrier) => carrier.path === path);
  const all: ExplainedLine[] = [];
  for (let line = subject.from; line <= subject.to; line++) {
    const own = line + shift;
    const causes = map === null ? findCauses(trace, path, own) : lookUpCauses(map, path, own);
    all.push({ line, text: lines[own - 1] ?? '', causes, carriesSpec: carriers?.lines.has(own) === true });
  }
  const { format } = explained.options;
  if (format === 'pretty') context.stdout.write(formatLines(context, explained, trace, shown, all));
  else context.stdout.write(`${JSON.stringify(toJson(explained, trace, path, all), null, 2)}\n`);
}

interface FoundArtifact {
  readonly trace: Trace;
  /** In the environment's folder. */
  readonly path: string;
  readonly onDisk: string;
  readonly shown: string;
}

/** The artifact a person means: from the current folder, the project's, the one of artifacts, or an environment's. */
function findArtifact(context: Context, explained: Explained, file: string): FoundArtifact {
  const { loaded, out } = explained;
  const [only, ...others] = loaded.platforms.map(({ environment }) => environment);
  const folders = [
    context.cwd,
    loaded.projectRoot,
    out,
    ...(only === undefined || others.length > 0 ? [] : [join(out, only)]),
  ];
  const below = folders
    .map((folder) => relative(out, resolve(folder, file)).split(sep))
    .filter(([environment]) => loaded.platforms.some((platform) => platform.environment === environment));
  const found = below.map(([environment = '', ...rest]) => ({ environment, path: rest.join('/') }));
  for (const { environment, path } of found) {
    const trace = explained.openTrace(environment);
    const onDisk = join(out, environment, path);
    const shown = showPath(context, onDisk);
    if (trace.base.has(path)) return { trace, path, onDisk, shown };
    if (path === lockName) throw refuseLock(shown);
    const near = suggestName(path, [...trace.base.keys()]);
    throw new CommandError(2, `${shown} is not a file that the spec compiles to`, {
      hint:
        near === null
          ? `platform writes ${trace.base.size} files there`
          : `did you mean ${showPath(context, join(out, environment, near))}?`,
    });
  }
  const names = [only, ...others].map((name) => `${showPath(context, out)}/${name}`);
  throw new CommandError(2, `${file} is no file that platform makes`, {
    hint: `what it makes is below ${names.join(', ')}; another folder is named with --out`,
  });
}

function refuseLock(shown: string): CommandError {
  return new CommandError(2, `${shown} records the whole: the hash of the spec and of each file, and the model`, {
    hint: 'name a line of one of the other files, or a key of the spec',
  });
}

/** How far the lines asked for are, on the disk, from where the spec has them now; 0 where the file is as it should be. */
async function findShift(
  context: Context,
  explained: Explained,
  { trace, path, onDisk, shown }: FoundArtifact,
  { from, to }: LineSubject,
): Promise<number> {
  const wanted = splitLines(trace.base.get(path) ?? '');
  const text = await readFile(onDisk, 'utf8').catch(() => null);
  const found = text === null ? wanted : splitLines(text);
  if (to > found.length)
    throw new CommandError(2, `${shown} has no line ${to}`, { hint: `it has ${found.length} lines` });
  const { spec, env, out } = explained.options;
  const mend = renderCommand(['compile'], { spec, env, out });
  if (text === null) context.stderr.write(`${shown} is not written yet: this is what ${mend} would write\n`);
  const hunks = alignLines(found, wanted);
  if (hunks.length === 0) return 0;
  const touched = hunks.some((hunk) => hunk.from < to && hunk.to >= from);
  if (touched)
    throw new CommandError(2, `${shown}:${from} is not what the spec compiles to now: it is stale, or edited by hand`, {
      hint: `write it anew: ${mend}`,
    });
  context.stderr.write(`${shown} is stale elsewhere, or edited by hand; ${mend} writes it anew\n`);
  return hunks
    .filter((hunk) => hunk.to < from)
    .reduce((sum, { from: a, to: b, start, end }) => sum + end - start - (b - a), 0);
}

function formatLines(
  context: Context,
  explained: Explained,
  trace: Trace,
  shown: string,
  lines: readonly ExplainedLine[],
): string {
  return groupLines(trace.platform, lines)
    .map((group) => {
      const [first] = group;
      if (first === undefined) return '';
      const colors = createColors(context.stdout.color);
      const last = group.at(-1)?.line ?? first.line;
      const heading = colors.bold(`${shown}:${first.line}${last === first.line ? '' : `-${last}`}`);
      const texts = group.map(({ line, text }) => `${colors.dim(`${String(line).padStart(5)} |`)} ${text}\n`);
      return `${heading}\n${texts.join('')}\n${formatCauses(context, explained, trace, first)}`;
    })
    .join('\n');
}

/** Neighbours with the same causes are explained once. */
function groupLines(platform: Platform, lines: readonly ExplainedLine[]): readonly (readonly ExplainedLine[])[] {
  const groups: ExplainedLine[][] = [];
  const keyOf = ({ text, causes, carriesSpec }: ExplainedLine) =>
    JSON.stringify([causes, carriesSpec, findDerivations(platform, text, causes)]);
  for (const line of lines) {
    const group = groups.at(-1);
    if (group?.[0] !== undefined && keyOf(group[0]) === keyOf(line)) group.push(line);
    else groups.push([line]);
  }
  return groups;
}

function formatCauses(context: Context, explained: Explained, trace: Trace, line: ExplainedLine): string {
  const { shown, text } = explained.loaded.spec;
  const show = (effect: Cause['effect']) =>
    line.causes
      .filter((cause) => cause.effect === effect)
      .map((cause) => formatPlace(showPlace(explained, trace, cause), text, context.stdout))
      .join('');
  const [own, presence] = [show('text'), show('presence')];
  const everywhere = line.causes.every(({ kind, effect }) => kind === 'environment' && effect === 'presence');
  return [
    own === '' ? '' : `It reads so because of\n${own}`,
    presence === ''
      ? ''
      : `${everywhere ? 'Every platform has it; it is there because of' : 'It is there because of'}\n${presence}`,
    formatDerivations(findDerivations(trace.platform, line.text, line.causes), context),
    line.carriesSpec ? `It carries ${shown} itself, or a hash of it: every line there is behind it\n` : '',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function formatDerivations(found: readonly Derivation[], { stdout }: Context): string {
  const colors = createColors(stdout.color);
  const rules = found.map(({ rule, source }) => `  ${rule}\n  ${colors.dim(source)}\n`);
  return rules.length === 0 ? '' : `It follows by\n${rules.join('')}`;
}

function toJson(explained: Explained, trace: Trace, path: string, lines: readonly ExplainedLine[]): object {
  return {
    environment: trace.environment,
    artifact: path,
    lines: lines.map(({ causes, ...line }) => ({
      ...line,
      rules: findDerivations(trace.platform, line.text, causes),
      causes: causes.map(({ path: at, kind, effect }) => ({
        effect,
        ...showPlace(explained, trace, { path: at, kind }),
      })),
    })),
  };
}
