import type { Range } from '../diagnostic/diagnostic.ts';
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
