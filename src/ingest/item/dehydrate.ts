import { kindAt, readElements, readMembers, type Tape, Token } from '../json/tape.ts';
import { type BaseValue, equalsBase } from './base-item.ts';
import type { CopyText } from './copy-text.ts';

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
export function writeContent(out: CopyText, tape: Tape, base: BaseValue, baseItemId: number | null): void {
  const members = readMembers(tape, 0);
  for (const column of COLUMNS) members.delete(column);
  const baseMembers = base.kind === 'object' ? base.members : new Map<string, BaseValue>();
  out.ascii('{');
  const separate = writeDifference(out, tape, members, baseMembers, COLUMNS);
  if (baseItemId !== null) {
    if (separate) out.ascii(',');
    out.ascii(`"pgstac:base_item":${baseItemId}`);
  }
  out.ascii('}');
}

/** Writes members without the braces; true where at least one was written. */
function writeDifference(
  out: CopyText,
  tape: Tape,
  members: ReadonlyMap<string, number>,
  base: ReadonlyMap<string, BaseValue>,
  elsewhere: ReadonlySet<string> = new Set(),
): boolean {
  let written = false;
  for (const [key, index] of members) {
    const baseValue = base.get(key);
    if (baseValue !== undefined && equalsBase(tape, index, baseValue)) continue;
    if (written) out.ascii(',');
    written = true;
    if (baseValue === undefined) {
      out.member(tape, index);
      continue;
    }
    // A key stands before its value.
    out.value(tape, index - 1);
    out.ascii(':');
    writeChanged(out, tape, index, baseValue);
  }
  for (const key of base.keys()) {
    if (members.has(key) || elsewhere.has(key)) continue;
    if (written) out.ascii(',');
    written = true;
    out.text(JSON.stringify(key));
    out.ascii(':');
    out.text(`"${DO_NOT_MERGE}"`);
  }
  return written;
}

/** A value that differs from the base's. */
function writeChanged(out: CopyText, tape: Tape, index: number, base: BaseValue): void {
  const kind = kindAt(tape, index);
  if (kind === Token.null) {
    out.text(`"${DO_NOT_MERGE}"`);
  } else if (kind === Token.object && base.kind === 'object') {
    out.ascii('{');
    writeDifference(out, tape, readMembers(tape, index), base.members);
    out.ascii('}');
  } else if (
    kind === Token.array &&
    base.kind === 'array' &&
    readElements(tape, index).length === base.elements.length
  ) {
    writeElements(out, tape, readElements(tape, index), base.elements);
  } else {
    out.value(tape, index);
  }
}

/** Arrays of one length: objects are told from those at the same place, all else is written whole. */
function writeElements(out: CopyText, tape: Tape, elements: readonly number[], base: readonly BaseValue[]): void {
  out.ascii('[');
  elements.forEach((element, place) => {
    if (place > 0) out.ascii(',');
    const other = base[place] as BaseValue;
    if (kindAt(tape, element) === Token.object && other.kind === 'object') writeChanged(out, tape, element, other);
    else out.value(tape, element);
  });
  out.ascii(']');
}
