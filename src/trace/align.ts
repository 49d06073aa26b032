/** A stretch of lines that became another: `before[from, to)` is `after[start, end)` now. Lines count from 0. */
export interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** Where more lines than this differ, what lies between the common ends is one hunk: the search is quadratic in it. */
const mostDifferences = 600;

/** Lists of more lines than this are cut at lines that stand once in each. */
const longList = 200;

/**
 * What changed between two lists of lines, in order, as few lines as can be (Myers, 'An O(ND) difference algorithm',
 * 1986, after the common ends are cut off; long lists as `findKept` says). A stretch that could as well stand a few lines higher or lower is put where a
 * person would: at the start of a block.
 */
export function alignLines(before: readonly string[], after: readonly string[]): readonly Hunk[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail++;
  const left = before.slice(head, before.length - tail);
  const right = after.slice(head, after.length - tail);
  if (left.length === 0 && right.length === 0) return [];
  const kept = left.length === 0 || right.length === 0 ? [] : findKept(left, right);
  const hunks = listHunks(kept, left.length, right.length).map((hunk) => shiftHunk(hunk, head));
  return hunks.map((hunk, index) => settleHunk(hunk, hunks[index - 1]?.to ?? 0, hunks[index + 1]?.from, before, after));
}

type Pair = readonly [left: number, right: number];

/**
 * Pairs of equal lines, in order. Of long lists, first those that stand once in each and in one order are paired (Bram
 * Cohen's patience diff), so that the quadratic search is left with what lies between.
 */
function findKept(left: readonly string[], right: readonly string[]): readonly Pair[] {
  if (Math.min(left.length, right.length) < longList) return searchKept(left, right);
  const anchors = findAnchors(left, right);
  const kept: Pair[] = [];
  let [x, y] = [0, 0];
  for (const [toX, toY] of [...anchors, [left.length, right.length] as const]) {
    for (const [a, b] of searchKept(left.slice(x, toX), right.slice(y, toY))) kept.push([a + x, b + y]);
    if (toX < left.length) kept.push([toX, toY]);
    [x, y] = [toX + 1, toY + 1];
  }
  return kept;
}

/** Lines that stand once in either list, the most that follow each other in both. */
function findAnchors(left: readonly string[], right: readonly string[]): readonly Pair[] {
  const [inLeft, inRight] = [indexOnce(left), indexOnce(right)];
  const pairs = [...inLeft].flatMap(([line, x]): readonly Pair[] => {
    const y = inRight.get(line);
    return y === undefined || x === null || y === null ? [] : [[x, y]];
  });
  // The longest increasing subsequence of right positions: `ends[n]` ends the best one of n + 1 pairs.
  const ends: number[] = [];
  const previous: number[] = [];
  for (const [index, [, y]] of pairs.entries()) {
    let low = 0;
    for (let high = ends.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] ?? 0]?.[1] ?? 0) < y) low = middle + 1;
      else high = middle;
    }
    previous[index] = ends[low - 1] ?? -1;
    ends[low] = index;
  }
  const anchors: Pair[] = [];
  for (let index = ends.at(-1) ?? -1; index >= 0; index = previous[index] ?? -1) {
    const pair = pairs[index];
    if (pair !== undefined) anchors.push(pair);
  }
  return anchors.reverse();
}

/** Where each line stands; null where it does more than once. */
function indexOnce(lines: readonly string[]): ReadonlyMap<string, number | null> {
  const places = new Map<string, number | null>();
  for (const [at, line] of lines.entries()) places.set(line, places.has(line) ? null : at);
  return places;
}

/** The pairs of equal lines of a shortest edit script; none where the lists differ too much. */
function searchKept(left: readonly string[], right: readonly string[]): readonly Pair[] {
  const most = Math.min(left.length + right.length, mostDifferences);
  const reach = new Int32Array(2 * most + 2);
  const trail: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits++) {
    trail.push(reach.slice(most - edits, most + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = most + diagonal;
      const down = diagonal === -edits || (diagonal !== edits && (reach[at - 1] ?? 0) < (reach[at + 1] ?? 0));
      let x = down ? (reach[at + 1] ?? 0) : (reach[at - 1] ?? 0) + 1;
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) x++;
      reach[at] = x;
      if (x >= left.length && x - diagonal >= right.length) return walkBack(trail, left.length, right.length);
    }
  }
  return [];
}

/** The way back along the furthest points; `trail[edits]` holds those of one edit less, from the diagonal `-edits` on. */
function walkBack(trail: readonly Int32Array[], leftLength: number, rightLength: number): readonly Pair[] {
  const kept: Pair[] = [];
  let x = leftLength;
  let y = rightLength;
  for (let edits = trail.length - 1; edits >= 0; edits--) {
    const at = (diagonal: number) => trail[edits]?.[diagonal + edits] ?? 0;
    const diagonal = x - y;
    const down = diagonal === -edits || (diagonal !== edits && at(diagonal - 1) < at(diagonal + 1));
    const fromX = edits === 0 ? 0 : at(down ? diagonal + 1 : diagonal - 1);
    const fromY = edits === 0 ? 0 : fromX - (down ? diagonal + 1 : diagonal - 1);
    while (x > fromX && y > fromY) kept.push([--x, --y]);
    x = fromX;
    y = fromY;
  }
  return kept.reverse();
}

function listHunks(kept: readonly Pair[], leftLength: number, rightLength: number): Hunk[] {
  const hunks: Hunk[] = [];
  let from = 0;
  let start = 0;
  for (const [to, end] of [...kept, [leftLength, rightLength] as const]) {
    if (to > from || end > start) hunks.push({ from, to, start, end });
    from = to + 1;
    start = end + 1;
  }
  return hunks;
}

/** Slides lines that only went, or only came, to where their block starts; never into a neighbour. */
function settleHunk(
  hunk: Hunk,
  above: number,
  below: number | undefined,
  before: readonly string[],
  after: readonly string[],
): Hunk {
  const { from, to, start, end } = hunk;
  if (from !== to && start !== end) return hunk;
  const room = { up: from - above, down: (below ?? before.length) - to };
  return shiftHunk(hunk, start === end ? findShift(before, from, to, room) : findShift(after, start, end, room));
}

function shiftHunk({ from, to, start, end }: Hunk, by: number): Hunk {
  return { from: from + by, to: to + by, start: start + by, end: end + by };
}

function findShift(
  lines: readonly string[],
  from: number,
  to: number,
  room: { readonly up: number; readonly down: number },
): number {
  let best = { by: 0, rank: rankStart(lines[from]) };
  const consider = (by: number) => {
    const rank = rankStart(lines[from + by]);
    if (rank < best.rank) best = { by, rank };
  };
  for (let by = -1; -by <= room.up && lines[from + by] === lines[to + by]; by--) consider(by);
  for (let by = 1; by <= room.down && lines[from + by - 1] === lines[to + by - 1]; by++) consider(by);
  return best.by;
}

/** Lower is the better first line of a block: little indented, and neither blank nor the end of another. */
function rankStart(line = ''): number {
  const indent = line.search(/\S/);
  if (indent === -1) return 1;
  return 2 * indent + (/^\s*[}\])]/.test(line) ? 1 : 0);
}
