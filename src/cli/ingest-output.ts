import type { MissingAssets } from '../ingest/assets/asset-queue.ts';
import type { IngestionFailure } from '../ingest/failure.ts';
import type { RowCounts } from '../ingest/run/finish-run.ts';
import type { Footprints } from '../ingest/run/footprints.ts';
import { type Counts, noCounts } from '../ingest/run/outcome.ts';
import type { QuarantinedItem, QuarantineReport } from '../ingest/run/quarantine-report.ts';
import type { Choosable } from '../ingest/source/quarantine.ts';
import { type Given, renderCommand } from './render-command.ts';
import { alignRows } from './table.ts';

/** What was done in one run, or in one shard of it. */
export interface RunResult {
  readonly run: string;
  readonly pipeline: string;
  /** `1/4` where only one shard was run. */
  readonly shard: string | null;
  readonly counts: Counts;
  /** Shards that are not done yet. */
  readonly openShards: readonly number[];
  /** With --reconcile, of a whole run. */
  readonly deleted?: number;
  /** Why nothing more was deleted. */
  readonly refused?: IngestionFailure | null;
  readonly quarantine: QuarantineReport;
  /** Null where the pipeline fetches none. */
  readonly missingAssets: MissingAssets | null;
}

export interface IngestResult {
  readonly runs: readonly RunResult[];
  /** After the last run; null where a shard left its receipts only. */
  readonly rows: RowCounts | null;
  /** Listed in JSON where it is there. */
  readonly quarantine?: readonly QuarantinedItem[];
  /** Listed in JSON where it is there. */
  readonly footprints?: Footprints;
  /** Of `ingest retry`: what of each pipeline's quarantine there was. */
  readonly retries?: readonly RetryResult[];
  readonly seconds: number;
}

export interface RetryResult extends Choosable {
  readonly pipeline: string;
}

/** One line of JSON, the last that a command prints. Sums over its runs, each of which stands in `runs`. */
export function formatResultJson({ runs, rows, quarantine, footprints, retries, seconds }: IngestResult): string {
  const [only] = runs.length === 1 ? runs : [];
  const shard = only?.shard ?? null;
  const assets = runs.flatMap(({ missingAssets }) => missingAssets ?? []);
  const missing = sumByName(runs, ({ missingSchemas }) => missingSchemas);
  const value = {
    ...describeCounts(sumCounts(runs)),
    reasons: sumByName(runs, ({ reasons }) => reasons),
    ...(Object.keys(missing).length === 0 ? {} : { missingSchemas: missing }),
    seconds: Number(seconds.toFixed(3)),
    run: only?.run ?? null,
    pipeline: only?.pipeline ?? null,
    ...(shard === null ? {} : { shard }),
    runs: runs.map(({ run, pipeline, counts, openShards, deleted = 0 }) => ({
      run,
      pipeline,
      ...describeCounts(counts),
      ...(deleted > 0 ? { deleted } : {}),
      openShards,
    })),
    ...(assets.length === 0 ? {} : { missingAssets: sumMissing(assets) }),
    ...(rows === null ? {} : { rows }),
    ...(quarantine === undefined ? {} : { quarantine }),
    ...(footprints === undefined ? {} : { footprints }),
    ...(retries === undefined ? {} : { retries }),
  };
  return `${JSON.stringify(value)}\n`;
}

/** A table of the runs, and under it the row counts of both databases. */
export function formatResultTable({ runs, rows, seconds }: IngestResult): string {
  const all = ['read', 'inserted', 'updated', 'unchanged', 'ignored', 'duplicates', 'quarantined'] as const;
  // Only `method: ignore` ignores.
  const names = all.filter((name) => name !== 'ignored' || runs.some(({ counts }) => counts.ignored > 0));
  const table = alignRows([
    ['pipeline', ...names, 'run'],
    ...runs.map(({ run, pipeline, shard, counts }) => [
      shard === null ? pipeline : `${pipeline} ${shard}`,
      ...names.map((name) => String(counts[name])),
      run,
    ]),
  ]);
  const deletions = runs.flatMap(({ pipeline, deleted = 0 }) =>
    deleted > 0 ? [`${deleted} gone from the source of ${pipeline}, deleted`] : [],
  );
  const lines = [...table, ...deletions, `in ${seconds.toFixed(1)} s`];
  if (rows !== null) {
    const tables = Object.entries(rows).map(([name, count]) => [
      name === 'ingestion_log' ? 'ingest' : 'pgstac',
      name,
      String(count),
    ]);
    lines.push('', ...alignRows([['database', 'table', 'rows'], ...tables]));
  }
  return `${lines.join('\n')}\n`;
}

/** What was quarantined, for people: how much by reason, the first items, and where the others are: not everybody has a psql. */
export function formatQuarantine(runs: readonly RunResult[], given: Given): string {
  const lines: string[] = [];
  for (const { run, pipeline, shard, counts, quarantine } of runs) {
    if (counts.quarantined === 0) continue;
    const reasons = Object.entries(quarantine.reasons).map(([reason, times]) => `${times} ${reason}`);
    lines.push('', `${counts.quarantined} quarantined: ${reasons.join(', ') || 'loaded or read by another run since'}`);
    const rows = quarantine.items.map(({ place, item, reason, message }) => [
      place,
      item ?? '-',
      `${reason}: ${message}`,
    ]);
    lines.push(...alignRows(rows).map((line) => `  ${line}`));
    for (const [schema, times] of Object.entries(quarantine.missingSchemas))
      lines.push(`missing: ${schema}, which ${times === 1 ? 'an item names' : `${times} items name`}`);
    const whole = shard === null ? '' : ', once its shards are done';
    lines.push(
      `more${whole}: ${renderCommand(['ingest', 'finish', run, '--format', 'json'], given)}`,
      `all, in SQL: SELECT * FROM platform.quarantine WHERE run = '${run}'`,
      `again, after a fix: ${renderCommand(['ingest', 'retry', pipeline], given)}`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** Assets that could not be fetched, for people. */
export function formatMissingAssets(runs: readonly RunResult[]): string {
  const { count, assets } = sumMissing(runs.flatMap(({ missingAssets }) => missingAssets ?? []));
  if (count === 0) return '';
  const rows = assets.map(({ collection, item, asset, reason }) => [`${collection}/${item}`, asset, reason]);
  const more = count > assets.length ? [`  and ${count - assets.length} more: platform.asset`] : [];
  const head = `${count} assets not fetched; the next run tries them again, without loading their items again:`;
  return ['', head, ...alignRows(rows).map((line) => `  ${line}`), ...more].map((line) => `${line}\n`).join('');
}

function sumMissing(all: readonly MissingAssets[]): MissingAssets {
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    assets: all.flatMap(({ assets }) => assets),
  };
}

/** What of the quarantine was not tried again, and why. */
export function formatRetries(retries: readonly RetryResult[]): string {
  const lines = retries.flatMap(({ pipeline, retriable, unreadable, superseded, released }) =>
    [
      ...(retriable === 0 ? ['nothing to try again'] : []),
      ...(released === 0 ? [] : [`${released} were loaded since, and have left the quarantine`]),
      ...(superseded === 0 ? [] : [`${superseded} not tried: a later version of the item was read since`]),
      ...(unreadable === 0
        ? []
        : [`${unreadable} not tried: their bytes can be no item, only the source can mend them`]),
    ].map((line) => `${pipeline}: ${line}\n`),
  );
  return lines.join('');
}

function sumByName(
  runs: readonly RunResult[],
  count: (report: QuarantineReport) => Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { quarantine } of runs) {
    for (const [name, times] of Object.entries(count(quarantine))) sums[name] = (sums[name] ?? 0) + times;
  }
  return sums;
}

export function sumCounts(runs: readonly { readonly counts: Counts }[]): Counts {
  return runs.reduce(
    (sum, { counts }) => ({
      read: sum.read + counts.read,
      inserted: sum.inserted + counts.inserted,
      updated: sum.updated + counts.updated,
      unchanged: sum.unchanged + counts.unchanged,
      ignored: sum.ignored + counts.ignored,
      duplicates: sum.duplicates + counts.duplicates,
      quarantined: sum.quarantined + counts.quarantined,
    }),
    noCounts,
  );
}

function describeCounts({ read, inserted, updated, ...rest }: Counts): object {
  return { read, loaded: inserted + updated, inserted, updated, ...rest };
}
