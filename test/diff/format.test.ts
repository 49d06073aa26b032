import { describe, expect, test } from '@jest/globals';
import type { Change } from '../../src/diff/change.ts';
import { diffPlatforms } from '../../src/diff/diff.ts';
import { formatChanges } from '../../src/diff/format.ts';
import { hostileValues } from '../support/hostile.ts';
import { readPlatform } from './platforms.ts';

const rule = { id: 'cloudsql/tier-restarts', provider: null, reason: 'Another machine.', loss: null, source: 'a page' };
const change: Change = {
  environment: 'prod',
  resource: 'cloudSql.instance',
  field: 'tier',
  before: 'a',
  after: 'b',
  impact: 'restart',
  rule,
};

test('groups by environment and resource, aligns fields, and gives the reason of what is more than an update', () => {
  const changes: readonly Change[] = [
    {
      ...change,
      field: 'disk.type',
      before: 'ssd',
      after: 'hdd',
      impact: 'replace',
      rule: { ...rule, loss: 'both databases' },
    },
    change,
    { ...change, field: 'backups.startTime', before: '03:00', after: '04:00', impact: 'update' },
    { ...change, resource: 'pipeline a', field: null, before: null, after: {}, impact: 'create' },
    { ...change, resource: 'pipeline b', field: null, before: null, after: {}, impact: 'create' },
    { ...change, environment: 'dev', field: 'flags.a b', before: null, after: ['x y', 1, 'z'], impact: 'none' },
  ];
  expect(formatChanges(changes, false)).toBe(`prod

  cloudSql.instance
    ± replace  disk.type          ssd → hdd
               data loss: both databases
               Another machine.
               a page
    ↻ restart  tier               a → b
               Another machine.
               a page
    ~ update   backups.startTime  03:00 → 04:00

  + create   pipeline a
  + create   pipeline b

dev

  cloudSql.instance
    · none     flags.a b  (none) → [x y, 1, z]
               Another machine.
               a page

6 changes: 1 replace, 1 restart, 1 update, 2 create, 1 none; 1 loses data.
`);
});

test('says so where nothing changed', () => {
  expect(formatChanges([], true)).toBe('No changes.\n');
});

describe('colour', () => {
  const csi = '\u001b[';
  test('is there only when asked for', () => {
    expect(formatChanges([change], true)).toContain(`${csi}33m↻ restart`);
    expect(formatChanges([change], false)).not.toContain(csi);
  });
});

test('nothing in a value moves the cursor or breaks the line', () => {
  for (const value of Object.values(hostileValues)) {
    const text = formatChanges(
      [{ ...change, resource: `pipeline ${value}`, field: value || 'empty', before: value, after: { a: [value] } }],
      false,
    );
    expect(text).not.toMatch(/[^\P{C}\n]|\p{Zl}|\p{Zp}/u);
    expect(text.split('\n')).toHaveLength(9);
  }
});

test('a value says whether it is nothing, empty, or a word', () => {
  const show = (before: unknown, after: unknown) =>
    /tier {2}(.*)/.exec(formatChanges([{ ...change, before, after }], false))?.[1];
  expect(show(null, '')).toBe('(none) → ""');
  expect(show('null', true)).toBe('null → true');
  expect(show([], ['a, b'])).toBe('[] → ["a, b"]');
  expect(show({ a: 1 }, 'two words')).toBe('{"a":1} → two words');
});

test('a whole platform reads well', () => {
  const text = formatChanges(
    diffPlatforms(readPlatform('full-cloud-sql.yaml'), readPlatform('full-virtual-machines.yaml')),
    false,
  );
  expect(text).not.toMatch(/undefined|\[object|NaN|[ \t]\n/);
  expect(text).toMatch(/\n\d+ changes: .*data\.\n$/);
});
