import pc from 'picocolors';
import { sumCounts } from '../ingest-output.ts';
import { estimateRest, measureSpeed, type ShardTally } from './tally.ts';

/** What the block is drawn for. */
export interface Frame {
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
  /** Shown below the shards. */
  readonly notes: readonly string[];
}

type Colors = ReturnType<typeof pc.createColors>;

/** A word of a line that is shown whole or not at all. */
interface Word {
  readonly text: string;
  readonly paint?: keyof Pick<Colors, 'bold' | 'dim' | 'yellow'>;
}

/**
 * The lines that show a run on a terminal: one for each pipeline, and below it one for each of its shards at work. None
 * is wider than the terminal, and there are fewer than it has.
 */
export function drawBlock(tallies: readonly ShardTally[], frame: Frame): readonly string[] {
  const colors = pc.createColors(frame.color);
  const lines = [...groupByRun(tallies).values()].flatMap((shards) => describeRun(shards, frame.now));
  const notes = frame.notes.map((note): readonly Word[] => [{ text: cut(note, frame.columns - 1), paint: 'dim' }]);
  const most = Math.max(frame.rows - 1, 1);
  return [...lines, ...notes].slice(-most).map((words) => fitLine(words, frame.columns - 1, colors));
}

function groupByRun(tallies: readonly ShardTally[]): ReadonlyMap<string, readonly PlacedTally[]> {
  const runs = new Map<string, PlacedTally[]>();
  for (const tally of tallies) {
    if (!isPlaced(tally)) continue;
    runs.set(tally.at.run, [...(runs.get(tally.at.run) ?? []), tally]);
  }
  return runs;
}

type PlacedTally = ShardTally & { readonly at: NonNullable<ShardTally['at']> };

function isPlaced(tally: ShardTally): tally is PlacedTally {
  return tally.at !== null;
}

function describeRun(shards: readonly PlacedTally[], now: number): readonly (readonly Word[])[] {
  const [first] = shards as readonly [PlacedTally];
  const { pipeline, shards: all } = first.at;
  if (all === 1) return [[{ text: pipeline, paint: 'bold' }, ...describeShard(first, now)]];
  const done = shards.filter(({ state }) => state === 'done').length;
  const sum: readonly Word[] = [
    { text: pipeline, paint: 'bold' },
    { text: `${done} of ${all} shards done` },
    ...describeCounts(sumCounts(shards)),
  ];
  const working = shards.filter(({ state }) => state !== 'done');
  return [sum, ...working.map((one) => [{ text: `  shard ${one.at.shard}/${all}` }, ...describeShard(one, now)])];
}

/** What matters most comes first: a narrow terminal shows no more than that. */
function describeShard(tally: ShardTally, now: number): readonly Word[] {
  if (tally.state === 'waiting') return [{ text: 'waiting for another runner of this shard', paint: 'dim' }];
  const rest = tally.state === 'running' ? estimateRest(tally, now) : null;
  const speed = tally.state === 'running' ? measureSpeed(tally, now) : null;
  const [read, ...others] = describeCounts(tally.counts);
  const words = [rest === null ? null : { text: formatShare(rest) }, read ?? null];
  if (speed !== null) words.push({ text: `${formatCount(Math.round(speed))}/s` });
  return [...words.filter((word) => word !== null), ...others, ...describeTrouble(tally)];
}

function describeCounts(counts: ShardTally['counts']): readonly Word[] {
  const { read, inserted, updated, unchanged, ignored, quarantined } = counts;
  const words: Word[] = [{ text: `${formatCount(read)} read` }];
  if (quarantined > 0) words.push({ text: `${formatCount(quarantined)} quarantined`, paint: 'yellow' });
  words.push({ text: `${formatCount(inserted + updated)} loaded` });
  if (ignored > 0) words.push({ text: `${formatCount(ignored)} ignored` });
  if (unchanged > 0) words.push({ text: `${formatCount(unchanged)} unchanged` });
  return words;
}

function describeTrouble({ retries, assets }: ShardTally): readonly Word[] {
  const words: Word[] = [];
  const tried = retries.database + retries.source + retries.assets;
  if (tried > 0) words.push({ text: tried === 1 ? '1 retry' : `${formatCount(tried)} retries`, paint: 'yellow' });
  const whole = assets.fetched + assets.present;
  if (whole + assets.failed > 0) words.push({ text: `${formatCount(whole)} assets` });
  if (assets.failed > 0) words.push({ text: `${formatCount(assets.failed)} assets failed`, paint: 'yellow' });
  return words;
}

function formatShare({ share, seconds }: NonNullable<ReturnType<typeof estimateRest>>): string {
  const percent = `${Math.floor(share * 100)}%`;
  return seconds === null || share === 1 ? percent : `${percent} ETA ${formatDuration(seconds)}`;
}

/** `0:07`, `12:30`, `3:04:05`. */
function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

function fitLine(words: readonly Word[], columns: number, colors: Colors): string {
  let width = 0;
  const shown: string[] = [];
  for (const { text, paint } of words) {
    width += text.length + (shown.length > 0 ? 2 : 0);
    if (width > columns && shown.length > 0) break;
    const fitting = cut(text, columns);
    shown.push(paint === undefined ? fitting : colors[paint](fitting));
  }
  return shown.join('  ');
}

/** What others said may be of any width: only what is known to take one column each is shown. */
function cut(text: string, columns: number): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?');
  return plain.length <= columns ? plain : `${plain.slice(0, Math.max(columns - 3, 0))}...`.slice(0, columns);
}
