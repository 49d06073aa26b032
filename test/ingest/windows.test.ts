import { expect, test } from '@jest/globals';
import { type Instant, parseInstant } from '../../src/ingest/item/instant.ts';
import { type Period, parsePeriod } from '../../src/ingest/item/period.ts';
import {
  cutWindows,
  type ItemTimes,
  isGivenElsewhere,
  isOutside,
  type Window,
} from '../../src/ingest/source/stac-api/windows.ts';
import { makeRandom } from '../support/hostile.ts';

const at = (text: string) => parseInstant(text) as Instant;
const planned = at('2024-06-15T12:00:00Z');

function cut(datetime: string, changes: object = {}): readonly Window[] {
  const period = parsePeriod(datetime) as Period;
  return cutWindows({ collections: ['a'], period, shardBy: 'month', shards: 3, planned, ...changes });
}

test('a time is cut at the months of UTC, and an end is the next start', () => {
  expect(cut('2023-11-15/2024-02-01T00:00:00Z').map(({ name }) => name)).toEqual([
    'a 2023-11-15T00:00:00Z/2023-12-01T00:00:00Z',
    'a 2023-12-01T00:00:00Z/2024-01-01T00:00:00Z',
    'a 2024-01-01T00:00:00Z/2024-02-01T00:00:00Z',
    'a 2024-02-01T00:00:00Z',
  ]);
});

test('an open end is cut up to when the run was planned, an open start so far back, and years as years', () => {
  expect(cut('2024-04-10/..').map(({ name }) => name)).toEqual([
    'a 2024-04-10T00:00:00Z/2024-05-01T00:00:00Z',
    'a 2024-05-01T00:00:00Z/2024-06-01T00:00:00Z',
    'a 2024-06-01T00:00:00Z/..',
  ]);
  expect(cut('2030-01-01/..')).toHaveLength(1);
  const before = cut('../2024-03-15T00:00:00Z');
  expect(before).toHaveLength(121);
  expect(before[0]?.name).toBe('a ../2014-04-01T00:00:00Z');
  expect(cut('0001-01-01/0099-06-01', { shardBy: 'year' })).toHaveLength(99);
  expect(cut('0001-01-01/..')).toHaveLength(1201);
});

/** How a server finds items: by their `datetime`, by their range, or by either. */
const servers: Readonly<Record<string, (times: ItemTimes, period: Period) => boolean>> = {
  datetime: ({ datetime }, period) => datetime !== null && meets(datetime, datetime, period),
  range: ({ datetime, start, end }, period) =>
    meets(start ?? (datetime as Instant), end ?? (datetime as Instant), period),
  either: (times, period) =>
    ['datetime', 'range'].some((kind) => (servers[kind] as (t: ItemTimes, p: Period) => boolean)(times, period)),
};

function meets(start: Instant, end: Instant, { from, to }: Period): boolean {
  return (from === null || end >= from) && (to === null || start <= to);
}

test.each(Object.keys(servers))(
  'the shards of a run give the whole of a server that compares %s, and no more',
  (kind) => {
    const finds = servers[kind] as (typeof servers)[string];
    const random = makeRandom(7);
    const intervals = [
      '2023-11-15/2024-04-20',
      '2024-01-01T00:00:00Z/2024-03-01T00:00:00Z',
      '2023-12-31/..',
      '../2024-02-29',
    ];
    for (let round = 0; round < 600; round += 1) {
      const times = makeTimes(random);
      const interval = intervals[round % intervals.length] as string;
      const shards = 1 + random(5);
      const shardBy = random(2) === 0 ? ('month' as const) : ('year' as const);
      const windows = cut(interval, { shards, shardBy });
      const given = windows.filter((one) => finds(times, one.period) && !isGivenElsewhere(times, one, windows));
      const isWhole = finds(times, parsePeriod(interval) as Period);
      if (isWhole) expect(isOutside(times, parsePeriod(interval) as Period)).toBe(false);
      expect({ times, interval, given: given.length > 0 }).toEqual({ times, interval, given: isWhole });
      // Once, but for a range whose moment lies outside of what is asked for, or of the range itself.
      const moment = times.datetime ?? (times.start as Instant);
      if (isWhole && isSound(times) && meets(moment, moment, parsePeriod(interval) as Period))
        expect(given).toHaveLength(1);
      for (const { shard } of given) expect(shard >= 1 && shard <= shards).toBe(true);
    }
  },
);

const isSound = ({ datetime, start, end }: ItemTimes) =>
  datetime === null || ((start ?? datetime) <= datetime && datetime <= (end ?? datetime));

/** Times around the turns of months, at them, and across them; some are outside of their own range. */
function makeTimes(random: (below: number) => number): ItemTimes {
  const turn = at(`202${3 + random(2)}-${String(1 + random(12)).padStart(2, '0')}-01`);
  const near = () =>
    turn + BigInt([0, 0, 1, -1, 86_400_000_000, -86_400_000_000 * 40, 86_400_000_000 * 40][random(7)] ?? 0);
  const [one, two, three] = [near(), near(), near()].sort((a, b) => (a < b ? -1 : 1)) as [Instant, Instant, Instant];
  const kinds: readonly ItemTimes[] = [
    { datetime: two, start: null, end: null },
    { datetime: null, start: one, end: three },
    { datetime: two, start: one, end: three },
    { datetime: three, start: one, end: two },
    { datetime: one, start: two, end: three },
  ];
  return kinds[random(kinds.length)] as ItemTimes;
}
