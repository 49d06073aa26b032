import { expect, test } from '@jest/globals';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';

function frameOf(line: string, from: number, to: number): readonly string[] {
  const range = { start: { line: 1, column: from }, end: { line: 1, column: to } };
  const diagnostic: Diagnostic = { code: 'PF105', severity: 'error', message: 'no', file: 'a.yaml', range };
  return formatDiagnostics([diagnostic], new Map([['a.yaml', line]]), false)
    .split('\n')
    .slice(1, 3);
}

/** The text above the carets. */
function marked([line = '', carets = '']: readonly string[]): string {
  return line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1);
}

test('the carets stand below what is meant, after tabs and in a line cut at both ends', () => {
  expect(marked(frameOf('name: Sentinel 2', 7, 17))).toBe('Sentinel 2');
  expect(frameOf('\tname: x', 8, 9)[1]).toBe('     | \t      ^');
  const long = `${'a'.repeat(500)} here ${'b'.repeat(500)}`;
  const frame = frameOf(long, 502, 506);
  expect(marked(frame)).toBe('here');
  for (const line of frame) expect(line.length).toBeLessThan(135);
  for (const line of frameOf('x'.repeat(200_000), 1, 200_001)) expect(line.length).toBeLessThan(135);
});

test.each([
  ['password: hunter2', 1],
  ['url: "https://stac.example.org/v1?subscription-key=hunter2"', 1],
  ['{ a: 1, token: "hunter2" }', 3],
  ['dsn: postgresql://ana:hunter2@db.example.org/pgstac', 1],
])('a secret beside a mistake is masked: %s', (line, column) => {
  const [shown] = frameOf(line, column, column + 1);
  expect(shown).not.toContain('hunter2');
  expect(shown).toHaveLength(line.length + '   1 | '.length);
});
