import { expect, test } from '@jest/globals';
import { parseInstant } from '../../src/ingest/item/instant.ts';
import { formatPeriod, isWithin, meetPeriods, type Period, parsePeriod } from '../../src/ingest/item/period.ts';

function period(text: string): Period {
  const parsed = parsePeriod(text);
  if (parsed === null) throw new Error(`no period: ${text}`);
  return parsed;
}

function instant(text: string): bigint {
  const parsed = parseInstant(text);
  if (parsed === null) throw new Error(`no instant: ${text}`);
  return parsed;
}

test.each([
  ['2024-01-01/2024-03-31', '2024-01-01T00:00:00Z/2024-03-31T23:59:59.999999Z'],
  ['2024-01-31', '2024-01-31T00:00:00Z/2024-01-31T23:59:59.999999Z'],
  ['2024-01-31T12:00:00+01:00', '2024-01-31T11:00:00Z'],
  ['2024-01-31T12:00:00Z/2024-01-31T12:00:00Z', '2024-01-31T12:00:00Z'],
  ['2024-01-01/..', '2024-01-01T00:00:00Z/..'],
  ['/2024-01-01T00:00:00.5Z', '../2024-01-01T00:00:00.500000Z'],
])('%s is %s', (text, formatted) => {
  expect(formatPeriod(period(text))).toBe(formatted);
  expect(period(formatted)).toEqual(period(text));
});

test.each([
  '',
  '/',
  '..',
  '../..',
  'monday',
  '2024-13-01/..',
  '2024-02-01/2024-01-31',
  '2024/2025',
  '../../2024-01-01',
])('no period: %s', (text) => {
  expect(parsePeriod(text)).toBeNull();
});

test('periods meet where both are, at their ends too', () => {
  expect(meetPeriods(period('2024-01-01/..'), period('../2024-02-01'))).toEqual(period('2024-01-01/2024-02-01'));
  expect(meetPeriods(period('2024-01-01T00:00:00Z/..'), period('../2024-01-01T00:00:00Z'))).toEqual(
    period('2024-01-01T00:00:00Z'),
  );
  expect(meetPeriods(period('2024-01-02/..'), period('../2024-01-01'))).toBeNull();
});

test.each([
  ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z', true],
  ['2024-01-31T23:59:59.999999Z', '2024-02-10', true],
  ['2023-01-01', '2024-01-01T00:00:00Z', true],
  ['2023-01-01', '2025-01-01', true],
  ['2023-01-01', '2023-12-31T23:59:59.999999Z', false],
  ['2024-02-01T00:00:00Z', '2024-02-01T00:00:00Z', false],
])('an item from %s to %s is in January: %s', (start, end, within) => {
  expect(isWithin({ start: instant(start), end: instant(end) }, period('2024-01-01/2024-01-31'))).toBe(within);
});
