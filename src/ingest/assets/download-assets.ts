import { IngestionFailure, stopIfInterrupted } from '../failure.ts';
import { retryTransaction } from '../load/retry.ts';
import type { AssetOutcome } from '../progress.ts';
import { HostTurns, noLimits } from '../source/host-turns.ts';
import { makePrintable } from '../source/link.ts';
import { type AssetOwner, adoptAssets, forgetAsset, noteFailure, type QueueRow, readQueue } from './asset-queue.ts';
import { type AssetPorts, type AssetTarget, openTarget } from './asset-target.ts';
import { parseChecksum } from './checksum.ts';

const ROWS_AT_ONCE = 200;
/** After so many failures in a row of one host, each of which took all its attempts, the others are for the next start. */
const PATIENCE = 3;

export interface AssetJob extends AssetOwner {
  readonly shards: number;
  /** A bucket or folder. */
  readonly to: string;
  /** Downloads that run at the same time. */
  readonly atOnce: number;
}

/**
 * Fetches what a shard's items left in the queue, and its share of what earlier runs left there. What fails stays there
 * with its reason, for the next start; that is no failure of the run.
 */
export async function downloadAssets(job: AssetJob, ports: AssetPorts): Promise<void> {
  await retryTransaction(ports, () => adoptAssets(ports.pgstac, job, job.shards));
  const over = new AbortController();
  const signal = AbortSignal.any([ports.signal, over.signal]);
  const own: AssetPorts = {
    ...ports,
    signal,
    turns: new HostTurns(noLimits, { clock: ports.clock, signal }),
    report: (progress) => ports.report(progress.kind === 'retry' ? { ...progress, of: 'assets' } : progress),
  };
  const target = openTarget(job.to, own);
  const rows = readRows(job, ports);
  const failures = new Map<string, number>();
  const unverified = { first: null as QueueRow | null, count: 0 };
  const work = async () => {
    for await (const row of rows) {
      stopIfInterrupted(ports.signal);
      const { outcome, bytes } = await fetchAsset(job, row, target, failures, own);
      ports.report({ kind: 'asset', outcome, bytes });
      if (outcome === 'fetched' && row.checksum !== null && parseChecksum(row.checksum) === null) {
        unverified.first ??= row;
        unverified.count += 1;
      }
    }
  };
  // One that fails ends the others, and is what is told.
  const ended = await Promise.allSettled(
    Array.from({ length: job.atOnce }, () =>
      work().catch((error: unknown) => {
        over.abort();
        throw error;
      }),
    ),
  );
  if (unverified.first !== null) warnOfUnverified(unverified.first, unverified.count, ports);
  stopIfInterrupted(ports.signal);
  const reasons = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  const first = reasons.find((error) => !(error instanceof IngestionFailure && error.kind === 'interrupted'));
  if (reasons.length > 0) throw first ?? reasons[0];
}

/** Nothing is silently green: what an item says of its bytes was not compared. */
function warnOfUnverified(first: QueueRow, count: number, { report }: AssetPorts): void {
  const { collection, item, asset, checksum } = first;
  const shown = makePrintable(`${collection}/${item} ${asset} (${(checksum ?? '').slice(0, 12)}…)`);
  const more = count > 1 ? ` and ${count - 1} more` : '';
  const message = `file:checksum is of a kind that cannot be computed here, and the length alone was checked: ${shown}${more}`;
  report({ kind: 'warning', message });
}

/** An iterator that several readers share: it must not end when one of them does. */
function readRows(job: AssetJob, ports: AssetPorts): AsyncIterable<QueueRow> {
  const rows = listRows(job, ports);
  return { [Symbol.asyncIterator]: () => ({ next: () => rows.next() }) };
}

async function* listRows(job: AssetJob, ports: AssetPorts): AsyncGenerator<QueueRow> {
  let last: QueueRow | null = null;
  for (;;) {
    const after: QueueRow | null = last;
    const rows: readonly QueueRow[] = await retryTransaction(ports, () =>
      readQueue(ports.pgstac, job, after, ROWS_AT_ONCE),
    );
    yield* rows;
    last = rows.at(-1) ?? null;
    if (last === null) return;
  }
}

async function fetchAsset(
  job: AssetJob,
  row: QueueRow,
  target: AssetTarget,
  failures: Map<string, number>,
  ports: AssetPorts,
): Promise<{ readonly outcome: AssetOutcome; readonly bytes: number }> {
  const fail = async (reason: string) => {
    await retryTransaction(ports, () => noteFailure(ports.pgstac, job, row, reason));
    return { outcome: 'failed', bytes: 0 } as const;
  };
  const { location } = row;
  if (location === null) return await fail(row.failure ?? 'it has no href');
  const host = URL.canParse(location) ? new URL(location).host : null;
  if (host !== null && (failures.get(host) ?? 0) >= PATIENCE)
    return await fail(`not tried: ${host} failed ${PATIENCE} times in a row`);
  try {
    const isThere = !row.changed && (await target.has(row.path));
    const bytes = isThere ? 0 : await target.fetch({ ...row, location, checksum: parseChecksum(row.checksum) });
    await retryTransaction(ports, () => forgetAsset(ports.pgstac, job, row));
    if (host !== null) failures.delete(host);
    return { outcome: isThere ? 'present' : 'fetched', bytes };
  } catch (error) {
    stopIfInterrupted(ports.signal);
    if (!isOfAsset(error)) throw error;
    // A server that answers, though with a refusal, is there.
    if (host !== null && error.cause === undefined) failures.delete(host);
    else if (host !== null) failures.set(host, (failures.get(host) ?? 0) + 1);
    return await fail(error.message);
  }
}

/** What the asset, its server or the target is to blame for; anything else ends the run. */
function isOfAsset(error: unknown): error is IngestionFailure {
  return error instanceof IngestionFailure && error.kind === 'source';
}
