import { type Cell, toCells } from './cells.ts';
import type { Range } from './diagnostic.ts';

/** How a frame is painted; each takes a text and gives it with its colour, or as it is. */
export interface FrameStyle {
  /** `^` below what is wrong, `-` below what is related to it. */
  readonly mark: '^' | '-';
  readonly paintMark: (text: string) => string;
  readonly paintGutter: (text: string) => string;
}

/** As much of a line as a terminal shows, in columns. */
const frameColumns = 120;
/** Of these, before a place that has more after it than fits. */
const leadColumns = 40;
/** UTF-16 units on either side of a place, enough for those columns: splitting a line into characters is quadratic. */
const mostUnits = 500;
/** More lines than this are shown by the first two and the last. */
const mostLines = 3;

/** The lines of a range with marks below them. `lines` are those of the whole file, with no secret in them. */
export function frameRange(lines: readonly string[], range: Range, style: FrameStyle): string[] {
  const { start, end } = range;
  // A range that ends where a line begins has nothing of that line.
  const last = end.line > start.line && end.column === 1 ? end.line - 1 : end.line;
  const width = Math.max(4, String(last).length);
  const gutter = (text: string, bar = '|') => style.paintGutter(`${text.padStart(width)} ${bar}`);
  const framed: string[] = [];
  for (let number = start.line; number <= last; number++) {
    if (last - start.line >= mostLines && number === start.line + 2) {
      framed.push(gutter('', '⋮'));
      number = last;
    }
    const line = (lines[number - 1] ?? '').replace(/\r$/, '');
    const from = number === start.line ? start.column - 1 : line.length - line.trimStart().length;
    const to = number === end.line ? end.column - 1 : line.length;
    const { text, lead, marked } = markLine(line, from, to);
    framed.push(`${gutter(String(number))} ${text}`.trimEnd());
    framed.push(`${gutter('')} ${' '.repeat(lead)}${style.paintMark(style.mark.repeat(marked))}`);
  }
  return framed;
}

interface MarkedLine {
  readonly text: string;
  /** Columns before the marks, and below which there are marks. */
  readonly lead: number;
  readonly marked: number;
}

/** The part of a line around a place (UTF-16 units from 0, end exclusive). */
function markLine(line: string, from: number, to: number): MarkedLine {
  const offset = Math.max(0, from - mostUnits);
  const near = line.slice(offset, from + mostUnits);
  const cells = toCells(near);
  const before = cells.filter(({ at }) => offset + at < from);
  const inside = cells.filter(({ at }) => offset + at >= from && offset + at < to);
  const cut = cutAround(cells, before.length);
  const head = offset + cut.from > 0 ? '…' : '';
  const tail = cut.to < cells.length || offset + near.length < line.length ? '…' : '';
  const shown = cells.slice(cut.from, cut.to);
  const lead = head.length + countColumns(before.slice(cut.from));
  const room = head.length + countColumns(shown) - lead;
  return {
    text: `${head}${shown.map(({ text }) => text).join('')}${tail}`,
    lead,
    marked: Math.max(1, Math.min(countColumns(inside), room)),
  };
}

/** Which cells of a long line to show: that at `at`, with as much before it as leaves room for what follows. */
function cutAround(cells: readonly Cell[], at: number): { readonly from: number; readonly to: number } {
  const after = countColumns(cells.slice(at));
  let left = frameColumns - Math.min(after, frameColumns - leadColumns);
  let from = at;
  while (from > 0 && left >= (cells[from - 1]?.columns ?? 0)) left -= cells[--from]?.columns ?? 0;
  left = frameColumns - countColumns(cells.slice(from, at));
  let to = at;
  while (to < cells.length && left >= (cells[to]?.columns ?? 0)) left -= cells[to++]?.columns ?? 0;
  return { from, to };
}

function countColumns(cells: readonly Cell[]): number {
  return cells.reduce((sum, { columns }) => sum + columns, 0);
}
