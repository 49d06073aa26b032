import { alignLines } from './align.ts';

/** The artifacts of a spec, by path. */
export type Emitted = ReadonlyMap<string, string>;

/** What an edit does to a line: another text in its place, or no line at all. */
export type Touch = 'altered' | 'gone';

/** The lines of one artifact that an edit touches, by number from 1. */
export interface FileTouch {
  readonly path: string;
  readonly lines: ReadonlyMap<number, Touch>;
}

/** The lines of `base` that are not the same in `changed`, in the order of paths. Lines that are only new touch none. */
export function findTouches(base: Emitted, changed: Emitted): readonly FileTouch[] {
  if (changed === base) return [];
  const touches: FileTouch[] = [];
  for (const [path, text] of base) {
    const other = changed.get(path);
    if (other === text) continue;
    const lines = touchLines(splitLines(text), other === undefined ? [] : splitLines(other));
    if (lines.size > 0) touches.push({ path, lines });
  }
  return touches;
}

/** What becomes of one line (from 1) of an artifact of `base`; null where it stays as it is. Throws where there is no such artifact. */
export function touchOf(base: Emitted, changed: Emitted, path: string, line: number): Touch | null {
  const text = base.get(path);
  if (text === undefined) throw new RangeError(`no artifact ${path}`);
  const other = changed.get(path);
  if (other === text) return null;
  return touchLines(splitLines(text), other === undefined ? [] : splitLines(other)).get(line) ?? null;
}

function touchLines(before: readonly string[], after: readonly string[]): ReadonlyMap<number, Touch> {
  const lines = new Map<number, Touch>();
  for (const { from, to, start, end } of alignLines(before, after))
    for (let line = from; line < to; line++) lines.set(line + 1, start === end ? 'gone' : 'altered');
  return lines;
}

/** The lines of a text that ends in a newline, without that last empty one. */
export function splitLines(text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
