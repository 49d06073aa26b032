import { bucketOf } from '../names.ts';
import { cronProblem } from './cron.ts';
import type { Finding, RuleInput } from './rule.ts';

/** What follows `platform ingest` and is no pipeline. */
const subcommands = ['plan', 'finish', 'status', 'retry', 'help'];

/** Boxes, times, cron lines and buckets that are what they look like. */
export function checkPipelines({ value }: RuleInput): readonly Finding[] {
  return Object.entries(value.pipelines ?? {}).flatMap(([name, pipeline]) => {
    const at = ['pipelines', name];
    const findings: Finding[] = [];
    if (subcommands.includes(name)) {
      findings.push({
        code: 'PF206',
        at,
        onKey: true,
        message: `platform ingest ${name} is a command of its own`,
        hint: 'name the pipeline otherwise',
      });
    }
    const api = pipeline.source.stacApi;
    const box = api?.bbox === undefined ? null : boxProblem(api.bbox);
    if (box !== null)
      findings.push({
        code: 'PF210',
        at: [...at, 'source', 'stacApi', 'bbox'],
        message: box,
        hint: 'write [west, south, east, north] in degrees',
      });
    if (api?.bbox !== undefined && api.intersects !== undefined)
      findings.push({
        code: 'PF277',
        at: [...at, 'source', 'stacApi', 'intersects'],
        onKey: true,
        message: 'a search takes bbox or intersects, never both',
        hint: 'take one of them away; a box is also a Polygon',
        related: { at: [...at, 'source', 'stacApi', 'bbox'], message: 'the box' },
      });
    const time = api?.datetime === undefined ? null : timeProblem(api.datetime);
    if (time !== null)
      findings.push({
        code: 'PF210',
        at: [...at, 'source', 'stacApi', 'datetime'],
        message: time,
        hint: 'write e.g. 2024-01-01/2024-03-31, 2024-01-01T00:00:00Z/.. or one moment',
      });
    const to = pipeline.download?.to;
    if (
      to?.startsWith('gs:') &&
      (bucketOf(to) === null || !/^gs:\/\/[a-z0-9][a-z0-9._-]{1,61}[a-z0-9](\/|$)/.test(to))
    ) {
      findings.push({
        code: 'PF210',
        at: [...at, 'download', 'to'],
        message: `${JSON.stringify(to)} names no bucket`,
        hint: 'write gs://BUCKET or gs://BUCKET/PREFIX',
      });
    }
    const cron = pipeline.schedule === undefined ? null : cronProblem(pipeline.schedule);
    if (cron !== null)
      findings.push({
        code: 'PF210',
        at: [...at, 'schedule'],
        message: cron,
        hint: 'write minute hour day month weekday, e.g. "0 3 * * *"',
      });
    return findings;
  });
}

/** A box may cross the antimeridian (west > east), as RFC 7946 5.2 has it; south is never above north. */
function boxProblem(bbox: readonly number[]): string | null {
  if (bbox.length === 5) return 'a box has four numbers, or six with heights';
  const half = bbox.length / 2;
  const [west = 0, south = 0] = bbox;
  const [east = 0, north = 0] = bbox.slice(half);
  if (Math.abs(west) > 180 || Math.abs(east) > 180) return 'a longitude past 180 degrees';
  if (Math.abs(south) > 90 || Math.abs(north) > 90) return 'a latitude past 90 degrees';
  return south > north ? 'south lies above north' : null;
}

const moment =
  /^(\d{4})-(\d{2})-(\d{2})(T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$/i;

function timeProblem(text: string): string | null {
  const parts = text.split('/');
  if (parts.length > 2 || parts.every((part) => part === '..' || part === ''))
    return `${JSON.stringify(text)} is no moment or interval`;
  for (const part of parts) {
    if (parts.length === 2 && (part === '..' || part === '')) continue;
    const found = moment.exec(part);
    const [year, month, day] = (found ?? []).slice(1, 4).map(Number);
    const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day ?? 0));
    if (found === null || date.getUTCMonth() !== (month ?? 0) - 1 || date.getUTCDate() !== day)
      return `${JSON.stringify(part)} is no moment`;
  }
  const [start = '', end = ''] = parts;
  const both = parts.length === 2 && moment.test(start) && moment.test(end);
  return both && Date.parse(start) > Date.parse(end) ? `${text} ends before it starts` : null;
}
