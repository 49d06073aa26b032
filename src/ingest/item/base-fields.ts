import { hasBytesAt, readString, type Tape, Token } from '../json/tape.ts';
import type { BaseObject, BaseValue } from './base-item.ts';

/** A key of items at the place of a base's object. */
export interface BaseField {
  readonly key: string;
  readonly bytes: Buffer;
  /** Null for one that items have and the base does not. */
  readonly value: BaseValue | null;
  /** The comparison in which it was met last. */
  met: number;
  /** The key that came behind it last time. */
  after: BaseField | null;
  /** What began with it and was equal; one of two members at least. */
  run: EqualRun | null;
}

/** Members that stood one behind the other and all equalled the base's, in the bytes they had. */
export interface EqualRun {
  readonly bytes: Buffer;
  readonly tokens: number;
  readonly fields: readonly BaseField[];
  /** How often others were found equal in its place. */
  missed: number;
}

export interface BaseFields {
  /** The base's own. */
  readonly own: readonly BaseField[];
  readonly byKey: Map<string, BaseField>;
  /** What comes before the first key. */
  readonly start: BaseField;
}

/** Of keys that the base does not have, so many are kept: an object of data may have any number of them. */
const MOST_FIELDS = 256;

const known = new WeakMap<BaseObject, BaseFields>();

/** The members of a base's object, made into fields once. */
export function listFields(base: BaseObject): BaseFields {
  const found = known.get(base);
  if (found !== undefined) return found;
  const own = [...base.members].map(([key, value]) => makeField(key, value));
  const fields = { own, byKey: new Map(own.map((field) => [field.key, field])), start: makeField('', null) };
  known.set(base, fields);
  return fields;
}

function makeField(key: string, value: BaseValue | null): BaseField {
  return { key, bytes: Buffer.from(key), value, met: 0, after: null, run: null };
}

/**
 * The field of a key: most often the one that came behind `before` in the last item too, told by its bytes, since items
 * of one collection come from one program and have their keys in one order.
 */
export function findField(tape: Tape, key: number, fields: BaseFields, before: BaseField): BaseField {
  const likely = before.after;
  if (likely !== null && tape.kinds[key] === Token.string) {
    const start = (tape.starts[key] as number) + 1;
    const length = (tape.ends[key] as number) - 1 - start;
    if (likely.bytes.length === length && hasBytesAt(tape.bytes, start, likely.bytes)) return likely;
  }
  const text = readString(tape, key);
  let field = fields.byKey.get(text);
  if (field === undefined) {
    field = makeField(text, null);
    if (fields.byKey.size < MOST_FIELDS + fields.own.length) fields.byKey.set(text, field);
    else return field;
  }
  before.after = field;
  return field;
}
