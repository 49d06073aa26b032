import { expect, test } from '@jest/globals';
import { alignLines, type Hunk } from '../../src/trace/align.ts';
import { seed } from './seed.ts';

function applyHunks(before: readonly string[], after: readonly string[], hunks: readonly Hunk[]): readonly string[] {
  const lines: string[] = [];
  let at = 0;
  for (const { from, to, start, end } of hunks) {
    lines.push(...before.slice(at, from), ...after.slice(start, end));
    at = to;
  }
  return [...lines, ...before.slice(at)];
}

test.each([10, 40, 600])('hunks make one list of the other, whatever they are (%i lines)', (size) => {
  const random = seed(size);
  for (let round = 0; round < 300; round++) {
    const words = 2 + Math.floor(random() * size);
    const pick = () => Array.from({ length: Math.floor(random() * size) }, () => `w${Math.floor(random() * words)}`);
    const before = pick();
    const after = random() < 0.5 ? pick() : before.filter(() => random() < 0.9);
    const hunks = alignLines(before, after);
    expect(applyHunks(before, after, hunks)).toEqual(after);
    for (const [index, hunk] of hunks.entries()) expect(hunk.from).toBeGreaterThanOrEqual(hunks[index - 1]?.to ?? 0);
  }
});

test('no more lines differ than must', () => {
  expect(alignLines(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd', 'e'])).toEqual([
    { from: 1, to: 2, start: 1, end: 2 },
    { from: 4, to: 4, start: 4, end: 5 },
  ]);
  expect(alignLines(['a'], ['a'])).toEqual([]);
});

test('a block that went starts where it starts, not at the end of its neighbour', () => {
  const block = (name: string) => ['    flag {', `      name = "${name}"`, '    }'];
  const [a, b, c] = [block('a'), block('b'), block('c')];
  expect(alignLines([...a, ...b, ...c], [...b, ...c])).toEqual([{ from: 0, to: 3, start: 0, end: 0 }]);
  expect(alignLines([...a, ...b, ...c], [...a, ...c])).toEqual([{ from: 3, to: 6, start: 3, end: 3 }]);
  expect(alignLines([...a, ...b, ...c], [...a, ...b])).toEqual([{ from: 6, to: 9, start: 6, end: 6 }]);
});

test('a thousand entries of which half go are aligned one by one', () => {
  const before = Array.from({ length: 3000 }, (_, index) => (index % 3 === 0 ? '' : `line ${index}`));
  const after = before.filter((_, index) => index % 6 < 3);
  expect(alignLines(before, after)).toHaveLength(500);
});
