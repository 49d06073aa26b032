import { expectDocuments, type ShardTally } from './tally.ts';
import type { RunOutcome } from './watcher.ts';

/** One metric family; `read` gives its samples. */
interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly read: (state: MetricsState) => readonly Sample[];
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricsState {
  readonly tallies: readonly ShardTally[];
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly now: number;
  /** Null while it runs. */
  readonly outcome: RunOutcome | null;
}

/** Prometheus' text format 0.0.4, of everything known of the runs that a command is at. */
export function writeMetrics(state: MetricsState): string {
  return families.map((family) => writeFamily(family, state)).join('');
}

const families: readonly Family[] = [
  {
    name: 'platform_ingest_items_total',
    type: 'counter',
    help: 'Items of the shard by outcome, those that earlier starts of its run had done included.',
    read: ofShards(({ counts }) => {
      const { read: _, duplicates, ...outcomes } = counts;
      return byLabel('outcome', { ...outcomes, duplicate: duplicates });
    }),
  },
  {
    name: 'platform_ingest_retries_total',
    type: 'counter',
    help: 'What failed and was tried again: transactions, requests to the source, downloads of assets.',
    read: ({ tallies }) => tallies.flatMap(({ at, retries }) => label(at, byLabel('of', retries))),
  },
  {
    name: 'platform_ingest_assets_total',
    type: 'counter',
    help: 'Assets by outcome: fetched, present (whole already), failed.',
    read: ofShards(({ assets }) => byLabel('outcome', assets)),
  },
  {
    name: 'platform_ingest_asset_bytes_total',
    type: 'counter',
    help: 'Bytes of assets that were fetched.',
    read: ofShards(({ assetBytes }) => [{ labels: {}, value: assetBytes }]),
  },
  {
    name: 'platform_ingest_source_bytes_total',
    type: 'counter',
    help: 'Bytes read from the files of the source, as they are stored.',
    read: ofShards(({ read }) => [{ labels: {}, value: read.bytes }]),
  },
  {
    name: 'platform_ingest_source_expected_items',
    type: 'gauge',
    help: 'Items that the source says it has, or the limit of the run where that is less; missing where it is not known.',
    read: ofShards((tally) => known(expectDocuments(tally))),
  },
  {
    name: 'platform_ingest_source_expected_bytes',
    type: 'gauge',
    help: 'Bytes of the files of the source; missing where it is not known.',
    read: ofShards(({ expected }) => known(expected.bytes)),
  },
  {
    name: 'platform_ingest_shard_state',
    type: 'gauge',
    help: '1 for the state that the shard is in: waiting (for another runner), running, done, stopped.',
    read: ofShards(({ state }) =>
      (['waiting', 'running', 'done', 'stopped'] as const).map((one) => ({
        labels: { state: one },
        value: one === state ? 1 : 0,
      })),
    ),
  },
  {
    name: 'platform_ingest_start_time_seconds',
    type: 'gauge',
    help: 'When the command started, in seconds since 1970.',
    read: ({ started }) => [{ labels: {}, value: started / 1000 }],
  },
  {
    name: 'platform_ingest_duration_seconds',
    type: 'gauge',
    help: 'How long the command has run.',
    read: ({ started, now }) => [{ labels: {}, value: (now - started) / 1000 }],
  },
  {
    name: 'platform_ingest_exit_code',
    type: 'gauge',
    help: 'Exit code of the command, once it has ended: 0 done, 3 done in part, 130 interrupted, others failed.',
    read: ({ outcome }) => known(outcome === null ? null : outcome.exitCode),
  },
  {
    name: 'platform_ingest_end_time_seconds',
    type: 'gauge',
    help: 'When the command ended, in seconds since 1970; missing while it runs.',
    read: ({ outcome, now }) => known(outcome === null ? null : now / 1000),
  },
];

function ofShards(read: (tally: ShardTally) => readonly Sample[]): Family['read'] {
  return ({ tallies }) => tallies.flatMap((tally) => (tally.at === null ? [] : label(tally.at, read(tally))));
}

/** The run's id is no label: each run would be a series of its own for ever. */
function label(at: ShardTally['at'], samples: readonly Sample[]): readonly Sample[] {
  const place = { pipeline: at?.pipeline ?? '', shard: at === null ? '' : `${at.shard}/${at.shards}` };
  return samples.map(({ labels, value }) => ({ labels: { ...place, ...labels }, value }));
}

function byLabel(name: string, values: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(values).map(([key, value]) => ({ labels: { [name]: key }, value }));
}

function known(value: number | null): readonly Sample[] {
  return value === null ? [] : [{ labels: {}, value }];
}

function writeFamily({ name, type, help, read }: Family, state: MetricsState): string {
  const lines = read(state).map(({ labels, value }) => `${name}${writeLabels(labels)} ${value}`);
  if (lines.length === 0) return '';
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

function writeLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
