import type { Position, Range } from './diagnostic.ts';

/** One text a user wrote, and the path they know it by. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Where each line starts, for turning offsets (UTF-16 units from 0) into positions. */
export interface LineIndex {
  readonly starts: readonly number[];
}

export function indexLines(text: string): LineIndex {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return { starts };
}

function positionAt(index: LineIndex, offset: number): Position {
  let low = 0;
  let high = index.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((index.starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (index.starts[low] ?? 0) + 1 };
}

export function rangeBetween(index: LineIndex, start: number, end: number): Range {
  return { start: positionAt(index, start), end: positionAt(index, Math.max(start, end)) };
}
