import { describe, expect, test } from '@jest/globals';
import type { Diagnostic, Range } from '../../src/diagnostic/diagnostic.ts';
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
  expect(frameOf('\tname: x', 8, 9)[1]).toBe('     |           ^');
  expect(frameOf('\tname: x', 8, 9)[0]).toBe('   1 |     name: x');
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

function formatAt(text: string, range: Range, color = false): string {
  const diagnostic: Diagnostic = { code: 'PF002', severity: 'warning', message: 'no', file: 'a.yaml', range };
  return formatDiagnostics([diagnostic], new Map([['a.yaml', text]]), color);
}

function rangeOf(startLine: number, startColumn: number, endLine: number, endColumn: number): Range {
  return { start: { line: startLine, column: startColumn }, end: { line: endLine, column: endColumn } };
}

describe('columns of a terminal', () => {
  test.each([
    ['a wide character is two', '東京: x', 5, 6, '   1 | 東京: x', '     |       ^'],
    ['so is its mark', 'a: 東京', 4, 6, '   1 | a: 東京', '     |    ^^^^'],
    ['halfwidth katakana is one', 'ｶﾅ: x', 5, 6, '   1 | ｶﾅ: x', '     |     ^'],
    ['an emoji of several code points', '👩‍🚀: x', 8, 9, '   1 | 👩‍🚀: x', '     |     ^'],
    ['a letter and its accent are one', 'e\u0301: x', 5, 6, '   1 | e\u0301: x', '     |    ^'],
    ['nothing at all is marked by one', 'a:', 3, 3, '   1 | a:', '     |   ^'],
  ])('%s', (_, line, from, to, shown, marks) => {
    expect(frameOf(line, from, to)).toEqual([shown, marks]);
  });

  test('a long line is cut by columns, not by characters', () => {
    const frame = frameOf(`${'東'.repeat(300)}here${'京'.repeat(300)}`, 301, 305);
    expect(frame[0]).toContain('here');
    const [line = '', marks = ''] = frame;
    const before = line.slice(0, line.indexOf('here'));
    expect(marks.indexOf('^')).toBe(before.length + (before.match(/東/g) ?? []).length);
    expect(line.length).toBeLessThan(100);
  });
});

test('what would move the cursor or turn the text around is shown, not sent', () => {
  const shown = formatAt('a: \u001b[2J\u202e\u200b\u0007x', rangeOf(1, 4, 1, 5));
  expect(shown).toContain('a: ␛[2J��␇x');
  expect(shown.split('\n')[2]).toBe('     |    ^');
});

describe('a range of several lines', () => {
  const text = 'a:\n  - one\n  - two\n  - three\n  - four\nb: 1\n';

  test('every line is marked, without its indentation', () => {
    expect(
      formatAt(text, rangeOf(1, 1, 3, 6))
        .split('\n')
        .slice(1, -1),
    ).toEqual(['   1 | a:', '     | ^^', '   2 |   - one', '     |   ^^^^^', '   3 |   - two', '     |   ^^^']);
  });

  test('of many, the first two and the last; the end of a line is not the start of the next', () => {
    expect(
      formatAt(text, rangeOf(1, 1, 6, 1))
        .split('\n')
        .slice(1, -1),
    ).toEqual([
      '   1 | a:',
      '     | ^^',
      '   2 |   - one',
      '     |   ^^^^^',
      '     ⋮',
      '   5 |   - four',
      '     |   ^^^^^^',
    ]);
  });
});

test('what is related is framed too', () => {
  const range = rangeOf(2, 4, 2, 5);
  const related = [{ message: 'is set here', file: 'a.yaml', range: rangeOf(1, 4, 1, 6) }];
  const diagnostic: Diagnostic = { code: 'PF202', severity: 'error', message: 'no', file: 'a.yaml', range, related };
  expect(formatDiagnostics([diagnostic], new Map([['a.yaml', 'a: yes\nb: x']]), false)).toBe(
    `a.yaml:2:4 error PF202 no
   2 | b: x
     |    ^
  a.yaml:1:4 is set here
   1 | a: yes
     |    --
`,
  );
});

test('marks have the colour of how bad it is', () => {
  expect(formatAt('a', rangeOf(1, 1, 1, 2), true)).toContain('\u001b[33m^\u001b[39m');
});

test.each([
  [
    'a private key of several lines',
    'a: |\n  -----BEGIN PRIVATE KEY-----\n  hunter2\n  -----END PRIVATE KEY-----\nb: 1\n',
    3,
  ],
  ['a block', 'password: |\n  hunter2\n', 2],
  ['a quoted text that goes on', 'token: "a\n  hunter2"\n', 2],
  ['a text on a line of its own', '- { a: 1 }\n- password:\n    hunter2\n', 3],
])('a secret that goes on below its key is masked: %s', (_, text, line) => {
  const shown = formatAt(text, rangeOf(line, 1, line, 9));
  expect(shown).not.toContain('hunter2');
  expect(shown).toContain('*******');
});

test('what follows a secret is shown again', () => {
  const text = 'password: |\n  hunter2\n\nname: shown\n';
  expect(formatAt(text, rangeOf(4, 1, 4, 5))).toContain('name: shown');
});

test('words that repeat a hostile value are shown, not sent', () => {
  const range = { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } };
  const diagnostic: Diagnostic = {
    code: 'PF105',
    severity: 'error',
    message: 'name cannot be "a\u202eb"',
    hint: 'not \u001b[2J',
    file: 'a.yaml',
    range,
    related: [{ message: 'nor \u009b here', file: 'a.yaml', range }],
  };
  const shown = formatDiagnostics([diagnostic], new Map(), false);
  expect(shown).toContain('"a\\u{202e}b"');
  expect(shown).toContain('not \\u{1b}[2J');
  expect(shown).toContain('nor \\u{9b} here');
});
