import { describe, expect, test } from '@jest/globals';
import { formatPretty } from '../../src/diff/format/pretty.ts';
import { knownVersions } from '../../src/diff/providers.ts';
import { type ReportedChange, reportChanges } from '../../src/diff/report.ts';
import { hostileValues } from '../support/hostile.ts';
import { readPlatform } from './platforms.ts';

const rule = { id: 'cloudsql/tier-restarts', provider: null, reason: 'Another machine.', loss: null, source: 'a page' };
const change: ReportedChange = {
  environment: 'prod',
  resource: 'cloudSql.instance',
  field: 'tier',
  before: 'a',
  after: 'b',
  impact: 'restart',
  rule,
  acknowledged: null,
  fails: false,
  places: [],
  files: [],
};

const formatChanges = (changes: readonly ReportedChange[], color: boolean) =>
  formatPretty({ changes, notes: [], warnings: [], failOn: null, untraced: 0 }, color);

test('groups by environment and resource, aligns fields, and gives the reason of what is more than an update', () => {
  const changes: readonly ReportedChange[] = [
    {
      ...change,
      field: 'disk.type',
      before: 'ssd',
      after: 'hdd',
      impact: 'replace',
      rule: { ...rule, id: 'cloudsql/disk-type-replaces', reason: 'An empty one.', loss: 'both databases' },
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
               An empty one.
               cloudsql/disk-type-replaces · a page
    ↻ restart  tier               a → b
               Another machine.
               cloudsql/tier-restarts · a page
    ~ update   backups.startTime  03:00 → 04:00

  + create   pipeline a
  + create   pipeline b

dev

  cloudSql.instance
    · none     flags.a b  (none) → [x y, 1, z]
               Another machine.
               cloudsql/tier-restarts · a page

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
    expect(text.split('\n').length).toBeLessThanOrEqual(10);
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
  const [before, after] = [readPlatform('full-cloud-sql.yaml'), readPlatform('full-virtual-machines.yaml')];
  const options = { today: '2026-11-23', failOn: null, warnings: [] };
  const text = formatPretty(reportChanges([{ before, after, running: [knownVersions] }], options), false);
  expect(text).not.toMatch(/undefined|\[object|NaN|[ \t]\n/);
  expect(text).toMatch(/\n\d+ changes: .*data\.\n$/);
});

describe('a change of', () => {
  const show = (field: string, before: unknown, after: unknown) =>
    formatChanges([{ ...change, field, before, after, impact: 'update' }], false)
      .split('\n')
      .slice(3, -3)
      .join('\n');

  test('a number has its unit', () => {
    expect(show('disk.sizeGb', 100, 200)).toContain('100 GB → 200 GB');
    expect(show('disk.limitGb', 0, 500)).toContain('no limit → 500 GB');
    expect(show('backups.transactionLogDays', 7, 3)).toContain('7 days → 3 days');
  });

  test('a list shows what left and what came', () => {
    expect(show('clients', ['10.0.0.0/16', '10.1.0.0/16'], ['10.0.0.0/16', '10.2.0.0/16'])).toBe(
      '    ~ update   clients  - 10.1.0.0/16\n                        + 10.2.0.0/16',
    );
  });

  test('a long value stands on lines of its own', () => {
    const lines = show('url', 'a'.repeat(70), 'b'.repeat(70)).split('\n');
    expect(lines).toEqual([`    ~ update   url  ${'a'.repeat(70)}`, `                    → ${'b'.repeat(70)}`]);
  });
});

test('a reason is said once, and many of a kind share lines', () => {
  const many = Array.from({ length: 30 }, (_, at) => ({
    ...change,
    resource: `pipeline p${at}`,
    field: null,
    before: {},
    after: null,
    impact: 'destroy' as const,
  }));
  const text = formatChanges([...many, change, { ...change, resource: 'cloudSql.replica a' }], false);
  expect(text).toContain('- destroy  30 pipelines: p0, p1, p2,');
  expect(text).toContain('p29\n');
  expect(text.split('Another machine.')).toHaveLength(2);
  expect(text).toContain('cloudsql/tier-restarts, as above');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
});
