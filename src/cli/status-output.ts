import type { RunStatus, ShardStatus } from '../ingest/run/run-status.ts';
import { type Given, renderCommand } from './render-command.ts';
import { alignRows } from './table.ts';

/** One line: `{ runs }`, each with what to type next, or null where there is nothing to do. */
export function formatStatusJson(runs: readonly RunStatus[], given: Given): string {
  return `${JSON.stringify({ runs: runs.map((run) => ({ ...run, next: findNext(run, given) })) })}\n`;
}

/** A table of the runs, and under it the shards of each that is not done, or of the one that was named. */
export function formatStatus(runs: readonly RunStatus[], given: Given, named: string | null): string {
  if (runs.length === 0) return 'no run yet\n';
  const names = ['read', 'inserted', 'updated', 'unchanged', 'duplicates', 'quarantined', 'deleted'] as const;
  const table = alignRows([
    ['pipeline', 'state', 'planned', ...names, 'run'],
    ...runs.map(({ run, pipeline, state, planned, counts }) => [
      pipeline,
      state,
      formatMoment(planned),
      ...names.map((name) => String(counts[name])),
      run,
    ]),
  ]);
  const details = runs.flatMap((run) => {
    const lines = describeRun(run, given, run.run === named || (run.state !== 'done' && run.state !== 'superseded'));
    return lines.length === 0 ? [] : ['', `run ${run.run} of ${run.pipeline}`, ...lines.map((line) => `  ${line}`)];
  });
  return `${[...table, ...details].join('\n')}\n`;
}

function describeRun(run: RunStatus, given: Given, isWhole: boolean): readonly string[] {
  const reasons = Object.entries(run.reasons ?? {}).map(([reason, times]) => `${times} ${reason}`);
  const next = findNext(run, given);
  return [
    ...(isWhole ? describeShards(run.shards) : []),
    ...((run.unsettled ?? 0) > 0 ? [`batches that are not in ingestion_log yet: ${run.unsettled}`] : []),
    ...(reasons.length > 0 ? [`in quarantine: ${reasons.join(', ')}`] : []),
    ...(next === null ? [] : [`next: ${next}`]),
  ];
}

function describeShards(shards: readonly ShardStatus[]): readonly string[] {
  return alignRows([
    ['shard', 'state', 'read', 'quarantined', 'items/s', 'last word', 'held by'],
    ...shards.map(({ shard, state, counts, itemsPerSecond, lastWord, holder }) => [
      `${shard}/${shards.length}`,
      state,
      String(counts.read),
      String(counts.quarantined),
      itemsPerSecond === null ? '-' : itemsPerSecond.toFixed(1),
      lastWord === null ? '-' : formatMoment(lastWord),
      holder ?? '-',
    ]),
  ]);
}

/** What to type to go on with a run; null where somebody does, or there is nothing to go on with. */
export function findNext({ run, pipeline, reads, state, unsettled }: RunStatus, given: Given): string | null {
  switch (state) {
    case 'running':
      return null;
    case 'abandoned':
    case 'waiting':
      return renderCommand(['ingest', reads === 'quarantine' ? 'retry' : pipeline, '--run', run], given);
    case 'open':
      // By the ingest database alone it is not known whether its shards are done.
      return unsettled === null ? null : renderCommand(['ingest', 'finish', run], given);
    case 'superseded':
    case 'done':
      return (unsettled ?? 0) > 0 ? renderCommand(['ingest', 'finish', run], given) : null;
    default:
      return state satisfies never;
  }
}

/** In UTC, to the second. */
function formatMoment(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}
