import { countElements, kindAt, readMembers, type Tape, Token } from '../json/tape.ts';
import { type BaseField, findField, listFields } from './base-fields.ts';
import { type BaseObject, type BaseValue, equalsBase, isSpelledAsSeen, noteSpelling } from './base-item.ts';
import { noteRun, standsAt } from './equal-run.ts';
import type { RowWriter } from './row-writer.ts';

/** In an item's place for a key of `base_item` that the item does not have: hydration takes the key away. */
export const DO_NOT_MERGE = '\u{1235f}\u203b';

/** Members that are columns of `pgstac.items`, or 0.10's own mark, and so not in `content`. */
const COLUMNS: ReadonlySet<string> = new Set(['id', 'collection', 'geometry', 'private', 'pgstac:base_item']);
const NONE: ReadonlySet<string> = new Set();
const EMPTY: BaseObject = { kind: 'object', members: new Map(), seen: { bytes: null } };

/**
 * Writes an item's `content`: what it has beyond its collection's `base_item`, in the bytes it came in. It is what
 * pypgstac stores (its hydration.py), but for two things that pypgstac loses: an empty array where the base has
 * something is kept, and a null there takes the base's value away, as pgSTAC's own `strip_jsonb` has it.
 *
 * @param tape Without whitespace, its root an object.
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

/**
 * Writes the members of an object that differ from the base's, without the braces; true where there is one.
 *
 * @param elsewhere Keys that are passed over.
 */
function writeDifference(
  out: RowWriter,
  tape: Tape,
  object: number,
  base: BaseObject,
  elsewhere: ReadonlySet<string> = NONE,
): boolean {
  const start = out.length;
  if (!writeMembers(out, tape, object, { base, elsewhere, last: null })) {
    out.cut(start);
    writeMembers(out, tape, object, { base, elsewhere, last: readMembers(tape, object) });
  }
  return out.length > start;
}

interface Comparison {
  readonly base: BaseObject;
  readonly elsewhere: ReadonlySet<string>;
  /** Each key's last value, which counts; null while no key of the base was met twice. */
  readonly last: ReadonlyMap<string, number> | null;
}

/** Tells which members of a base were met in this comparison from those met in earlier ones. */
let turns = 0;

/**
 * False where a key of the base stands twice and it is not known yet which one counts. Of any other key that does, both
 * are written: jsonb keeps the last.
 *
 * After the scanner's loop it is the one that an item costs most. Items of one program have their members in one order:
 * those that equal the base's stand in the same runs again, each compared at once, and neighbours that stay are copied
 * at once.
 */
function writeMembers(out: RowWriter, tape: Tape, object: number, { base, elsewhere, last }: Comparison): boolean {
  const fields = listFields(base);
  turns += 1;
  const turn = turns;
  const start = out.length;
  const end = tape.nexts[object] as number;
  let field = fields.start;
  let met = 0;
  // The keys that members which stay, and members which are equal, begin with; 0, the root, where there are none.
  let stays = 0;
  let equal = 0;
  for (let key = object + 1; key < end; ) {
    field = findField(tape, key, fields, field);
    const { run, value } = field;
    if (run !== null && equal === 0 && last === null && standsAt(tape, key, run)) {
      if (stays !== 0) stays = writeStaying(out, tape, stays, behindMember(tape, object, key), start);
      for (const one of run.fields) {
        if (one.met === turn) return false;
        one.met = turn;
        field = one;
      }
      met += run.fields.length;
      key += run.tokens;
      continue;
    }
    const counts = last === null || last.get(field.key) === key + 1;
    if (counts && value !== null) {
      if (field.met === turn) return false;
      field.met = turn;
      met += 1;
    }
    const place = !counts || elsewhere.has(field.key) ? 'elsewhere' : placeMember(tape, key + 1, value);
    if (place === 'base') {
      if (equal === 0) equal = key;
    } else if (equal !== 0) {
      equal = noteRun(tape, fields, equal, key, behindMember(tape, object, key));
    }
    if (place === 'item') {
      if (stays === 0) stays = key;
    } else if (stays !== 0) {
      stays = writeStaying(out, tape, stays, behindMember(tape, object, key), start);
    }
    if (place === 'both' && value !== null) writeMixed(out, tape, key + 1, value, start);
    key = tape.nexts[key + 1] as number;
  }
  const behind = behindMember(tape, object, end);
  if (equal !== 0) noteRun(tape, fields, equal, end, behind);
  if (stays !== 0) writeStaying(out, tape, stays, behind, start);
  if (met < fields.own.length) writeMissing(out, fields.own, turn, elsewhere, start);
  return true;
}

/** Where a member's value is found: in the base, as it is in the item, or in parts of both. */
function placeMember(tape: Tape, index: number, base: BaseValue | null): 'base' | 'item' | 'both' {
  if (base === null) return 'item';
  const kind = kindAt(tape, index);
  // Whether two objects are equal is found out by writing what differs.
  if (base.kind === 'object' && kind === Token.object) return isSpelledAsSeen(tape, index, base.seen) ? 'base' : 'both';
  if (equalsBase(tape, index, base)) return 'base';
  if (kind === Token.null) return 'both';
  const isList = kind === Token.array && base.kind === 'array' && countElements(tape, index) === base.elements.length;
  return isList ? 'both' : 'item';
}

/** Offset of what stands behind the member before a key, or of the brace behind an object's last. */
function behindMember(tape: Tape, object: number, key: number): number {
  return key === tape.nexts[object] ? (tape.ends[object] as number) - 1 : (tape.starts[key] as number) - 1;
}

/** Writes members as they are, up to an offset. 0: none is left. */
function writeStaying(out: RowWriter, tape: Tape, key: number, behind: number, start: number): 0 {
  separateMembers(out, start);
  out.span(tape.bytes, tape.starts[key] as number, behind);
  return 0;
}

/** Writes a member whose value is neither the base's nor to stay, unless nothing in it differs. */
function writeMixed(out: RowWriter, tape: Tape, index: number, base: BaseValue, start: number): void {
  const before = out.length;
  separateMembers(out, start);
  out.span(tape.bytes, tape.starts[index - 1] as number, tape.starts[index] as number);
  if (writeChanged(out, tape, index, base)) return;
  // It is spelled in another way.
  out.cut(before);
  if (base.kind === 'object') noteSpelling(tape, index, base.seen);
}

function writeMissing(
  out: RowWriter,
  own: readonly BaseField[],
  turn: number,
  elsewhere: ReadonlySet<string>,
  start: number,
): void {
  for (const { key, met } of own) {
    if (met === turn || elsewhere.has(key)) continue;
    separateMembers(out, start);
    out.text(`${JSON.stringify(key)}:"${DO_NOT_MERGE}"`);
  }
}

/** @param start How long the row was before the members of this object. */
function separateMembers(out: RowWriter, start: number): void {
  if (out.length > start) out.ascii(',');
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
  } else if (kind === Token.array && base.kind === 'array' && countElements(tape, index) === base.elements.length) {
    writeElements(out, tape, index, base.elements);
  } else {
    out.value(tape, index);
  }
  return true;
}

/** Arrays of one length: objects are told from those at the same place, all else is written whole. */
function writeElements(out: RowWriter, tape: Tape, array: number, base: readonly BaseValue[]): void {
  out.ascii('[');
  const end = tape.nexts[array] as number;
  let place = 0;
  for (let element = array + 1; element < end; element = tape.nexts[element] as number) {
    if (place > 0) out.ascii(',');
    const other = base[place] as BaseValue;
    place += 1;
    if (kindAt(tape, element) === Token.object && other.kind === 'object') writeChanged(out, tape, element, other);
    else out.value(tape, element);
  }
  out.ascii(']');
}
