import { canonicalNumber } from '../json/number.ts';
import type { JsonScanner } from '../json/scan.ts';
import {
  hasBytesAt,
  isString,
  kindAt,
  readElements,
  readMembers,
  readRaw,
  readString,
  type Tape,
  Token,
} from '../json/tape.ts';

/** A collection's `base_item`: what its items have in common and do not store again. */
export type BaseValue =
  | BaseObject
  | { readonly kind: 'array'; readonly elements: readonly BaseValue[]; readonly seen: SeenSpelling }
  | { readonly kind: 'string'; readonly text: string; readonly seen: SeenSpelling }
  /** As PostgreSQL spells it, and in the one spelling of `canonicalNumber`. */
  | { readonly kind: 'number'; readonly text: string; readonly canonical: string; readonly seen: SeenSpelling }
  | { readonly kind: 'literal'; readonly token: Token };

export interface BaseObject {
  readonly kind: 'object';
  readonly members: ReadonlyMap<string, BaseValue>;
  readonly seen: SeenSpelling;
}

/**
 * The bytes in which a value was last found equal. Items of one collection come from one program, which spells what
 * they have in common alike: then bytes are compared and nothing is read.
 */
interface SeenSpelling {
  bytes: Buffer | null;
}

/** Reads `base_item` from PostgreSQL's text of it. Throws (a bug) where that is not JSON. */
export function readBaseItem(text: string, scanner: JsonScanner): BaseValue {
  const fault = scanner.scan(Buffer.from(text));
  if (fault !== null) throw new Error(`a base_item that is no JSON: ${fault.message}`);
  return readBaseValue(scanner, 0);
}

function readBaseValue(tape: Tape, index: number): BaseValue {
  const kind = kindAt(tape, index);
  switch (kind) {
    case Token.object: {
      const members = [...readMembers(tape, index)].map(([key, value]) => [key, readBaseValue(tape, value)] as const);
      return { kind: 'object', members: new Map(members), seen: { bytes: null } };
    }
    case Token.array:
      return {
        kind: 'array',
        elements: readElements(tape, index).map((element) => readBaseValue(tape, element)),
        seen: { bytes: null },
      };
    case Token.string:
    case Token.escapedString:
      return { kind: 'string', text: readString(tape, index), seen: { bytes: null } };
    case Token.number:
      return readBaseNumber(readRaw(tape, index));
    default:
      return { kind: 'literal', token: kind };
  }
}

function readBaseNumber(text: string): BaseValue {
  return { kind: 'number', text, canonical: canonicalNumber(text), seen: { bytes: null } };
}

/** As JSON, numbers spelt as they were read. */
export function printBaseValue(value: BaseValue): string {
  switch (value.kind) {
    case 'object':
      return `{${[...value.members].map(([key, one]) => `${JSON.stringify(key)}:${printBaseValue(one)}`).join(',')}}`;
    case 'array':
      return `[${value.elements.map(printBaseValue).join(',')}]`;
    case 'string':
      return JSON.stringify(value.text);
    case 'number':
      return value.text;
    case 'literal':
      return LITERALS.get(value.token) as string;
  }
}

const LITERALS: ReadonlyMap<Token, string> = new Map([
  [Token.true, 'true'],
  [Token.false, 'false'],
  [Token.null, 'null'],
]);

/** Equality as jsonb has it: order of keys and spelling of numbers do not matter. */
export function equalsBase(tape: Tape, index: number, base: BaseValue): boolean {
  if (base.kind === 'literal') return kindAt(tape, index) === base.token;
  if (isSpelledAsSeen(tape, index, base.seen)) return true;
  const equal = equalsRead(tape, index, base);
  if (equal) noteSpelling(tape, index, base.seen);
  return equal;
}

function equalsRead(tape: Tape, index: number, base: Exclude<BaseValue, { kind: 'literal' }>): boolean {
  const kind = kindAt(tape, index);
  switch (base.kind) {
    case 'string':
      return isString(tape, index) && readString(tape, index) === base.text;
    case 'number':
      return kind === Token.number && canonicalNumber(readRaw(tape, index)) === base.canonical;
    case 'array':
      return kind === Token.array && equalsArray(tape, index, base.elements);
    case 'object':
      return kind === Token.object && equalsObject(tape, index, base.members);
  }
}

/** Whether a value stands there in the very bytes in which it was last found equal. */
export function isSpelledAsSeen(tape: Tape, index: number, { bytes }: SeenSpelling): boolean {
  const start = tape.starts[index] as number;
  return bytes?.length === (tape.ends[index] as number) - start && hasBytesAt(tape.bytes, start, bytes);
}

export function noteSpelling(tape: Tape, index: number, seen: SeenSpelling): void {
  seen.bytes = Buffer.from(tape.bytes.subarray(tape.starts[index], tape.ends[index]));
}

function equalsArray(tape: Tape, index: number, base: readonly BaseValue[]): boolean {
  const end = tape.nexts[index] as number;
  let place = 0;
  for (let element = index + 1; element < end; element = tape.nexts[element] as number) {
    const other = base[place];
    if (other === undefined || !equalsBase(tape, element, other)) return false;
    place += 1;
  }
  return place === base.length;
}

function equalsObject(tape: Tape, index: number, base: ReadonlyMap<string, BaseValue>): boolean {
  const members = readMembers(tape, index);
  if (members.size !== base.size) return false;
  for (const [key, value] of members) {
    const other = base.get(key);
    if (other === undefined || !equalsBase(tape, value, other)) return false;
  }
  return true;
}
