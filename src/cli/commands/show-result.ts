import { type MissingAssets, reportMissingAssets } from '../../ingest/assets/asset-queue.ts';
import type { Ports } from '../../ingest/ports.ts';
import type { Pipeline } from '../../model/platform.ts';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import {
  formatMissingAssets,
  formatQuarantine,
  formatResultJson,
  formatResultTable,
  formatRetries,
  type IngestResult,
  sumCounts,
} from '../ingest-output.ts';
import { renderCommand } from '../render-command.ts';
import type { CommonOptions, IngestOptions } from './ingest-options.ts';

/** Items in quarantine that are shown after the table, and those that `finish --format json` lists. */
export const SHOWN_ITEMS = 5;
export const LISTED_ITEMS = 1000;

type Shown = CommonOptions & Pick<IngestOptions, 'finish' | 'allowQuarantined'>;

export function showResult(context: Context, options: Shown, result: IngestResult): ExitCode {
  context.stdout.write(options.format === 'json' ? formatResultJson(result) : formatResultTable(result));
  const open = result.runs.flatMap(({ run, openShards }) => openShards.map((shard) => ({ run, shard })));
  for (const { run, shard } of open)
    context.stderr.write(`shard ${shard} of run ${run} is not done: run it, then finish again\n`);
  for (const { run, shard } of result.runs)
    if (shard !== null) {
      const next = options.finish
        ? 'whoever ends the last of its shards finishes it'
        : `once its shards are done: ${renderCommand(['ingest', 'finish', run], options)}`;
      context.stderr.write(`run ${run} is open; ${next}\n`);
    }
  const { quarantined } = sumCounts(result.runs);
  if (options.format === 'pretty')
    context.stderr.write(formatRetries(result.retries ?? []) + formatQuarantine(result.runs, options));
  if (options.format === 'pretty') context.stderr.write(formatMissingAssets(result.runs));
  const areMissing = result.runs.some(({ missingAssets }) => (missingAssets?.count ?? 0) > 0);
  for (const { refused } of result.runs)
    if (refused)
      throw new CommandError(4, refused.message, { ...(refused.hint && { hint: refused.hint }), cause: refused });
  const unreadable = (result.retries ?? []).reduce((sum, retry) => sum + retry.unreadable, 0);
  const inPart = quarantined + unreadable > 0 && options.allowQuarantined !== true;
  return inPart || areMissing || open.length > 0 ? 3 : 0;
}

export async function reportAssets(
  { pgstac }: Ports,
  pipeline: Pipeline | undefined,
  run: string,
  shard: number | null,
  { format }: CommonOptions,
): Promise<MissingAssets | null> {
  if (pipeline === undefined || pipeline.download === null) return null;
  return await reportMissingAssets(pgstac, run, shard, format === 'json' ? LISTED_ITEMS : SHOWN_ITEMS);
}
