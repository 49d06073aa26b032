import { hasBytesAt, readString, type Tape } from '../json/tape.ts';
import type { BaseField, BaseFields, EqualRun } from './base-fields.ts';

/** So often a run stays although others stand in its place: of items that differ, it is still some items'. */
const MOST_MISSES = 8;

/** Whether a run stands at a key. As the bytes, so the tokens; but a number at its end might go on. */
export function standsAt(tape: Tape, key: number, { bytes }: EqualRun): boolean {
  const start = tape.starts[key] as number;
  const behind = tape.bytes[start + bytes.length];
  return (behind === 0x2c || behind === 0x7d) && hasBytesAt(tape.bytes, start, bytes);
}

/**
 * Keeps the members from one key to another, which were found equal, for the objects to come: with the first one's field.
 * One alone is compared as quickly by itself.
 *
 * @param behind Offset behind the last one's bytes.
 * @returns 0, as nobody's run.
 */
export function noteRun(tape: Tape, { byKey }: BaseFields, from: number, to: number, behind: number): 0 {
  if (tape.nexts[from + 1] === to) return 0;
  const first = byKey.get(readString(tape, from)) as BaseField;
  if (first.run !== null && first.run.missed++ < MOST_MISSES) return 0;
  const fields: BaseField[] = [];
  for (let key = from; key < to; key = tape.nexts[key + 1] as number)
    fields.push(byKey.get(readString(tape, key)) as BaseField);
  const bytes = Buffer.from(tape.bytes.subarray(tape.starts[from], behind));
  first.run = { bytes, tokens: to - from, fields, missed: 0 };
  return 0;
}
