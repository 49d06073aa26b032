import { expect, test } from '@jest/globals';
import { formatMarkdown } from '../../src/diff/format/markdown.ts';
import type { Report, ReportedChange } from '../../src/diff/report.ts';
import { hostileValues } from '../support/hostile.ts';

const change: ReportedChange = {
  environment: 'prod',
  resource: 'cloudSql.instance',
  field: 'tier',
  before: 'a',
  after: 'b',
  impact: 'restart',
  rule: { id: 'cloudsql/tier-restarts', provider: null, reason: 'Another machine.', loss: null, source: 'a page' },
  acknowledged: null,
  fails: false,
  places: [],
  files: [],
};
const report = (changes: readonly ReportedChange[], more: Partial<Report> = {}): Report => ({
  changes,
  notes: [],
  warnings: [],
  failOn: null,
  untraced: 0,
  ...more,
});

test('a verdict, a table an environment, reasons folded away, and what to paste', () => {
  const text = formatMarkdown(
    report(
      [
        { ...change, fails: true },
        { ...change, field: 'labels.a', before: null, impact: 'update' },
      ],
      {
        failOn: 'restart',
        notes: [{ kind: 'rename', environment: 'prod', message: 'workload a is much like b' }],
        warnings: ['a skew'],
      },
    ),
    'acknowledgements: []\n',
  );
  expect(text).toBe(`### platform diff

**2 changes: 1 restart, 1 update; 1 at least restart and not acknowledged.**

#### prod

| | resource | field | before | after |
|---|---|---|---|---|
| 🔄 restart ❗ not acknowledged | <code>cloudSql.instance</code> | <code>tier</code> | <code>a</code> | <code>b</code> |
| ✏️ update | <code>cloudSql.instance</code> | <code>labels.a</code> | <code>(none)</code> | <code>b</code> |

<details><summary>Why</summary>

- <code>cloudsql/tier-restarts</code> Another machine. <sub>a page</sub>

</details>

> **Warning:** a skew

- prod: workload a is much like b

To acknowledge what is meant, add to the spec and say why:

\`\`\`yaml
acknowledgements: []
\`\`\`
`);
});

test('why a change is meant, however mild it is', () => {
  const acknowledged = {
    change: 'cloudSql.instance',
    reason: 'on Sunday',
    until: '2026-12-31',
    standing: 'valid',
  } as const;
  expect(formatMarkdown(report([{ ...change, impact: 'update', acknowledged }]), null)).toContain(
    'acknowledged until 2026-12-31: on Sunday',
  );
});

test('nothing changed', () => {
  expect(formatMarkdown(report([]), null)).toBe('### platform diff\n\n**No changes.**\n');
});

test('no value is markup, a mention, or the end of a cell', () => {
  const hostile = [...Object.values(hostileValues), '@everyone', '#12', 'a|b', '</code><img src=x>', '`x`', '[a](b)'];
  for (const value of hostile) {
    const acknowledged = { change: value, reason: value, until: '2026-12-31', standing: 'valid' as const };
    const text = formatMarkdown(
      report([
        { ...change, resource: `pipeline ${value}`, field: value || 'a', before: value, after: [value], acknowledged },
      ]),
      null,
    );
    const row = text.split('\n').find((line) => line.startsWith('| 🔄')) ?? '';
    expect(row.split('|')).toHaveLength(7);
    const bare = text.replaceAll(/<\/?(code|sub|details|summary)>/g, '').replaceAll(/&#\d+;/g, '');
    expect(bare.replaceAll('_', '')).not.toMatch(/[<>@`[\]\\]|#\d|\p{Cc}(?<!\n)/u);
  }
});

test('the worst environment is first, and many resources of one kind share a row', () => {
  const made = Array.from({ length: 300 }, (_, at) => ({
    ...change,
    environment: 'dev',
    resource: `pipeline p${at}`,
    field: null,
    impact: 'create' as const,
  }));
  const lost = { ...change, impact: 'replace' as const, rule: { ...change.rule, loss: 'both databases' } };
  const text = formatMarkdown(report([...made, lost]), null);
  expect(text.indexOf('#### prod')).toBeGreaterThan(0);
  expect(text.indexOf('#### prod')).toBeLessThan(text.indexOf('#### dev'));
  const rows = text.split('\n').filter((line) => line.startsWith('| ➕'));
  expect(rows).toEqual([expect.stringContaining('<summary>300 pipelines</summary>p0, p1, p2,')]);
  expect(rows[0]).toContain('p299</details>');
  expect(text).not.toContain('more:');
});

test('is never longer than a comment may be, and counts what it left out', () => {
  const many = Array.from({ length: 3000 }, (_, at) => ({
    ...change,
    resource: `pipeline p${at}`,
    rule: { ...change.rule, id: `pipeline/p${at}` },
    before: 'x'.repeat(500),
  }));
  const text = formatMarkdown(report(many), 'paste\n'.repeat(20_000));
  expect(text.length).toBeLessThan(65_536);
  expect(text.length).toBeGreaterThan(30_000);
  const shown = text.split('\n').filter((line) => line.startsWith('| 🔄')).length;
  expect(text).toContain(`and ${3000 - shown} more`);
});
