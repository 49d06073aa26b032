import { kindAt, readElements, readMembers, type Tape, Token } from '../json/tape.ts';
import { findField, listFields } from './base-fields.ts';
import { type BaseObject, type BaseValue, equalsBase, isSpelledAsSeen, noteSpelling } from './base-item.ts';
import type { RowWriter } from './row-writer.ts';

/** In an item's place for a key of `base_item` that the item does not have: hydration takes the key away. */
export const DO_NOT_MERGE = '\u{1235f}\u203b';

/** Members that are columns of `pgstac.items`, or 0.10's own mark, and so not in `content`. */
const COLUMNS: ReadonlySet<string> = new Set(['id', 'collection', 'geometry', 'private', 'pgstac:base_item']);

/**
 * Writes an item's `content`: what it has beyond its collection's `base_item`, in the bytes it came in. It is what
 * pypgstac stores (its hydration.py), but for two things that pypgstac loses: an empty array where the base has
 * something is kept, and a null there takes the base's value away, as pgSTAC's own `strip_jsonb` has it.
 *
 * @param baseItemId pgSTAC 0.10's `base_items.id`, which goes into content; null before a collection's first edit.
 */
export function writeContent(out: RowWriter, tape: Tape, base: BaseValue, baseItemId: number | null): void {
  out.ascii('{');
  const separate = writeDifference(out, tape, 0, base.kind === 'object' ? base : EMPTY, COLUMNS);
  if (baseItemId !== null) {
    if (separate) out.ascii(',');
    out.ascii(`"pgstac:base_item":${baseItemId}`);
  }
  out.ascii('}');
}

/** Tells which members of a base were met in this comparison from those met in earlier ones. */
let turns = 0;

const EMPTY: BaseObject = { kind: 'object', members: new Map(), seen: { bytes: null } };
const NONE: ReadonlySet<string> = new Set();

/** Writes the members of an object that differ from the base's, without the braces; true where there is one. */
function writeDifference(
  out: RowWriter,
  tape: Tape,
  object: number,
  base: BaseObject,
  elsewhere: ReadonlySet<string> = NONE,
): boolean {
  const start = out.length;
  const written = writeMembers(out, tape, object, { base, elsewhere, last: null });
  if (written !== null) return written;
  out.cut(start);
  return writeMembers(out, tape, object, { base, elsewhere, last: readMembers(tape, object) }) === true;
}

interface Comparison {
  readonly base: BaseObject;
  /** Keys that are passed over. */
  readonly elsewhere: ReadonlySet<string>;
  /** Each key's last value, which counts; null while no key of the base was met twice. */
  readonly last: ReadonlyMap<string, number> | null;
}

/**
 * Null where a key of the base stands twice and it is not known yet which one counts. Of any other key that does, both
 * are written: jsonb keeps the last.
 */
function writeMembers(
  out: RowWriter,
  tape: Tape,
  object: number,
  { base, elsewhere, last }: Comparison,
): boolean | null {
  const fields = listFields(base);
  turns += 1;
  const turn = turns;
  let [written, met, field] = [false, 0, fields.start];
  const end = tape.nexts[object] as number;
  for (let key = object + 1; key < end; key = tape.nexts[key + 1] as number) {
    field = findField(tape, key, fields, field);
    if (last !== null && last.get(field.key) !== key + 1) continue;
    if (field.value !== null) {
      if (field.met === turn) return null;
      field.met = turn;
      met += 1;
    }
    if (elsewhere.has(field.key)) continue;
    if (field.value !== null) {
      if (writeMember(out, tape, key + 1, field.value, written)) written = true;
      continue;
    }
    if (written) out.ascii(',');
    written = true;
    out.member(tape, key + 1);
  }
  if (met === fields.own.length) return written;
  for (const { key, met: lastMet } of fields.own) {
    if (lastMet === turn || elsewhere.has(key)) continue;
    if (written) out.ascii(',');
    written = true;
    out.text(`${JSON.stringify(key)}:"${DO_NOT_MERGE}"`);
  }
  return written;
}

/** Writes a member that the base has too, unless it is equal. A key stands before its value. */
function writeMember(out: RowWriter, tape: Tape, index: number, base: BaseValue, separate: boolean): boolean {
  const isObject = base.kind === 'object' && kindAt(tape, index) === Token.object;
  if (isObject ? isSpelledAsSeen(tape, index, base.seen) : equalsBase(tape, index, base)) return false;
  const start = out.length;
  if (separate) out.ascii(',');
  out.value(tape, index - 1);
  out.ascii(':');
  const written = writeChanged(out, tape, index, base);
  if (written) return true;
  // Nothing in it differs, though it is spelled in another way.
  out.cut(start);
  if (isObject) noteSpelling(tape, index, base.seen);
  return false;
}

/** A value that differs from the base's, or an object that may; false where none of its members does. */
function writeChanged(out: RowWriter, tape: Tape, index: number, base: BaseValue): boolean {
  const kind = kindAt(tape, index);
  if (kind === Token.null) {
    out.text(`"${DO_NOT_MERGE}"`);
  } else if (kind === Token.object && base.kind === 'object') {
    out.ascii('{');
    const written = writeDifference(out, tape, index, base);
    out.ascii('}');
    return written;
  } else if (
    kind === Token.array &&
    base.kind === 'array' &&
    readElements(tape, index).length === base.elements.length
  ) {
    writeElements(out, tape, readElements(tape, index), base.elements);
  } else {
    out.value(tape, index);
  }
  return true;
}

/** Arrays of one length: objects are told from those at the same place, all else is written whole. */
function writeElements(out: RowWriter, tape: Tape, elements: readonly number[], base: readonly BaseValue[]): void {
  out.ascii('[');
  elements.forEach((element, place) => {
    if (place > 0) out.ascii(',');
    const other = base[place] as BaseValue;
    if (kindAt(tape, element) === Token.object && other.kind === 'object') writeChanged(out, tape, element, other);
    else out.value(tape, element);
  });
  out.ascii(']');
}
