import { cpus, totalmem } from 'node:os';
import type { Step } from './cases.ts';
import { type Measured, median } from './measure.ts';

export interface Result {
  readonly name: string;
  readonly step: Step;
  readonly runs: readonly Measured[];
}

/** A figure to keep: at least or at most so many times that of another case of the same step. */
interface Bound {
  readonly name: string;
  readonly step: Step;
  readonly beside: string;
  readonly figure: 'items/s' | 'CPU';
  readonly least?: number;
  readonly most?: number;
}

const pglz = 'platform ingest, 0.10.0, pglz';
const lz4 = 'platform ingest, 0.10.0, lz4';
const pypgstac = 'pypgstac 0.10.0';
const floor = (compression: string) => `psql COPY of ready rows, ${compression}`;

const bounds: readonly Bound[] = [
  { name: lz4, step: 'insert', beside: pypgstac, figure: 'items/s', least: 3 },
  { name: pglz, step: 'insert', beside: pypgstac, figure: 'items/s', least: 2 },
  {
    name: 'platform ingest, 0.9.11, pglz',
    step: 'insert',
    beside: 'pypgstac 0.9.11',
    figure: 'items/s',
    least: 3,
  },
  { name: pglz, step: 'insert', beside: floor('pglz'), figure: 'items/s', least: 0.75 },
  { name: lz4, step: 'insert', beside: floor('lz4'), figure: 'items/s', least: 0.75 },
  { name: pglz, step: 'insert', beside: pypgstac, figure: 'CPU', most: 0.6 },
  { name: lz4, step: 'insert', beside: pypgstac, figure: 'CPU', most: 0.6 },
  { name: pglz, step: 'same', beside: pypgstac, figure: 'items/s', least: 10 },
  { name: pglz, step: 'changed', beside: pypgstac, figure: 'items/s', least: 5 },
];

/** Loader's memory at most, in MB. */
const MOST_MEGABYTES = 300;

interface Row extends Result {
  readonly rate: number;
  /** Microseconds an item: loader and server. */
  readonly cpu: number;
}

/** A table for each step, and the bounds with what came out. */
export function printReport(results: readonly Result[], items: number): void {
  const rows = results.map((result) => ({
    ...result,
    rate: items / median(result.runs.map(({ seconds }) => seconds)),
    cpu: median(result.runs.map(({ loader, server }) => ((loader + server) / items) * 1e6)),
  }));
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0);
  const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${gigabytes} GB`;
  console.log(`\n${items} items, medians of ${rows[0]?.runs.length} runs. ${machine}`);
  for (const step of ['insert', 'same', 'changed'] as const) printStep(step, rows);
  console.log('');
  for (const bound of bounds) printBound(bound, rows);
  for (const { name, step, runs } of rows.filter((row) => row.name.startsWith('platform'))) {
    const most = Math.max(...runs.map(({ megabytes }) => megabytes));
    if (most > MOST_MEGABYTES)
      console.log(`NOT met: ${name}, ${step}: ${most.toFixed(0)} MB, at most ${MOST_MEGABYTES}`);
  }
}

function printStep(step: Step, rows: readonly Row[]): void {
  const own = rows.filter((row) => row.step === step);
  const base = own.find(({ name }) => name === pypgstac);
  if (own.length === 0) return;
  console.log(`\n| ${step} | items/s | × pypgstac 0.10.0 | CPU µs an item, loader + server | memory |`);
  console.log('|---|---|---|---|---|');
  for (const { name, rate, runs } of own) {
    const cpu = (pick: (run: Measured) => number) =>
      ((median(runs.map(pick)) / (rate * median(runs.map(({ seconds }) => seconds)))) * 1e6).toFixed(0);
    const ratio = base === undefined ? '' : `${(rate / base.rate).toFixed(2)}×`;
    const memory = `${median(runs.map(({ megabytes }) => megabytes)).toFixed(0)} MB`;
    const costs = `${cpu(({ loader }) => loader)} + ${cpu(({ server }) => server)}`;
    console.log(`| ${name} | ${rate.toFixed(0)} | ${ratio} | ${costs} | ${memory} |`);
  }
}

function printBound({ name, step, beside, figure, least, most }: Bound, rows: readonly Row[]): void {
  const find = (wanted: string) => rows.find((row) => row.name === wanted && row.step === step);
  const [own, other] = [find(name), find(beside)];
  if (own === undefined || other === undefined) return;
  const ratio = figure === 'CPU' ? own.cpu / other.cpu : own.rate / other.rate;
  const met = (least === undefined || ratio >= least) && (most === undefined || ratio <= most);
  const wanted = least === undefined ? `≤ ${most}×` : `≥ ${least}×`;
  console.log(`${met ? 'met' : 'NOT met'}: ${name}, ${step}: ${figure} ${ratio.toFixed(2)}× ${beside} (${wanted})`);
}
