import { suggestName } from '../../diagnostic/suggest.ts';
import type { Ports } from '../../ingest/ports.ts';
import { type PlannedRun, readRun, refuseOtherPlan } from '../../ingest/run/planned-run.ts';
import { readRetry } from '../../ingest/source/quarantine.ts';
import type { Pipeline } from '../../model/platform.ts';
import { CommandError } from '../context.ts';
import type { Loaded } from '../databases.ts';
import { renderCommand } from '../render-command.ts';
import type { Wanted } from './ingest-options.ts';

export interface Chosen {
  readonly pipeline: Pipeline;
  /** The run that `--run` names, where there is one already. */
  readonly planned: PlannedRun | null;
}

/** The pipelines to run: that of the run, the one named, or all. */
export async function choosePipelines(
  loaded: Loaded,
  wanted: Wanted,
  ports: Ports,
  reads: 'source' | 'quarantine' = 'source',
): Promise<readonly Chosen[]> {
  const planned = wanted.run === null ? null : await readRun(ports.pgstac, wanted.run);
  if (planned !== null) {
    if (wanted.pipeline !== null && wanted.pipeline !== planned.pipeline)
      throw new CommandError(2, `run ${planned.run} is of pipeline ${planned.pipeline}, not ${wanted.pipeline}`);
    refuseOtherCommand(planned, reads);
    const { shards, limit, since, datetime, reconcile } = wanted;
    refuseOtherPlan(planned, {
      shards: shards ?? undefined,
      limit: limit ?? undefined,
      since: since ?? undefined,
      datetime: datetime ?? undefined,
      reconcile: reconcile || undefined,
    });
    return [{ pipeline: findPipeline(loaded, planned.pipeline), planned }];
  }
  if (wanted.pipeline !== null) return [{ pipeline: findPipeline(loaded, wanted.pipeline), planned: null }];
  const { pipelines } = loaded.platform;
  if (pipelines.length === 0)
    throw new CommandError(2, 'the spec has no pipelines', { hint: 'add one under pipelines:' });
  if (pipelines.length > 1 && (wanted.run !== null || wanted.shard !== null))
    throw namePipeline(loaded, '--run and --shard are of one pipeline: name it');
  return pipelines.map((pipeline) => ({ pipeline, planned: null }));
}

/** Under the same id the other source would be read, and what was done be taken for another thing. */
function refuseOtherCommand(planned: PlannedRun, reads: 'source' | 'quarantine'): void {
  const own = readRetry(planned) === null ? 'source' : 'quarantine';
  if (own === reads) return;
  const message = `run ${planned.run} of ${planned.pipeline} reads ${own === 'source' ? "the pipeline's source" : 'the quarantine'}`;
  const command = own === 'source' ? ['ingest', '--run'] : ['ingest', 'retry', '--run'];
  throw new CommandError(2, message, { hint: `to go on with it: ${renderCommand([...command, planned.run], {})}` });
}

export function findPipeline({ platform }: Loaded, name: string): Pipeline {
  const found = platform.pipelines.find((pipeline) => pipeline.name === name);
  if (found !== undefined) return found;
  const names = platform.pipelines.map((pipeline) => pipeline.name);
  const near = suggestName(name, names);
  throw new CommandError(2, `the spec has no pipeline ${JSON.stringify(name)}`, {
    hint: near === null ? `it has ${names.join(', ') || 'none'}` : `did you mean ${near}?`,
  });
}

export function namePipeline({ platform }: Loaded, message: string): CommandError {
  return new CommandError(2, message, {
    hint: `the spec has ${platform.pipelines.map(({ name }) => name).join(', ')}`,
  });
}
