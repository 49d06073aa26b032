import type { Position, Range } from '../diagnostic/diagnostic.ts';
import { indexLines, type LineIndex, rangeBetween, type SourceFile } from '../diagnostic/source.ts';

/** Where something was written. Its range is found when it is first read, since most never are. */
export interface Place {
  readonly file: string;
  readonly range: Range;
}

/** Makes places of a file from offsets (UTF-16 units from 0, the end exclusive). */
export function createPlaces(file: SourceFile): (start: number, end: number) => Place {
  const lines = new LazyLines(file);
  return (start, end) => new OffsetPlace(lines, start, end);
}

/** A place as a diagnostic has it. */
export function pointTo({ file, range }: Place): { readonly file: string; readonly range: Range } {
  return { file, range };
}

class LazyLines {
  readonly file: SourceFile;
  private index: LineIndex | null = null;

  constructor(file: SourceFile) {
    this.file = file;
  }

  rangeBetween(start: number, end: number): Range {
    this.index ??= indexLines(this.file.text);
    return rangeBetween(this.index, start, end);
  }
}

class OffsetPlace implements Place {
  private readonly lines: LazyLines;
  private readonly start: number;
  private readonly end: number;

  constructor(lines: LazyLines, start: number, end: number) {
    this.lines = lines;
    this.start = start;
    this.end = end;
  }

  get file(): string {
    return this.lines.file.path;
  }

  get range(): Range {
    return this.lines.rangeBetween(this.start, this.end);
  }
}

/** Whether one place lies in another, or is it. */
export function isWithin(inner: Place, outer: Place): boolean {
  return (
    inner.file === outer.file &&
    comparePositions(outer.range.start, inner.range.start) <= 0 &&
    comparePositions(inner.range.end, outer.range.end) <= 0
  );
}

function comparePositions(a: Position, b: Position): number {
  return a.line - b.line || a.column - b.column;
}

/** The same text for the same place. */
export function placeKey({ file, range: { start, end } }: Place): string {
  return `${file}:${start.line}:${start.column}-${end.line}:${end.column}`;
}
