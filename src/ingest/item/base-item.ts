import { canonicalNumber } from '../json/number.ts';
import type { JsonScanner } from '../json/scan.ts';
import { isString, kindAt, readElements, readMembers, readRaw, readString, type Tape, Token } from '../json/tape.ts';

/** A collection's `base_item`: what its items have in common and do not store again. */
export type BaseValue =
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, BaseValue> }
  | { readonly kind: 'array'; readonly elements: readonly BaseValue[] }
  | { readonly kind: 'string'; readonly text: string }
  /** As PostgreSQL spells it, and in the one spelling of `canonicalNumber`. */
  | { readonly kind: 'number'; readonly text: string; readonly canonical: string }
  | { readonly kind: 'literal'; readonly token: Token };

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
      return { kind: 'object', members: new Map(members) };
    }
    case Token.array:
      return { kind: 'array', elements: readElements(tape, index).map((element) => readBaseValue(tape, element)) };
    case Token.string:
    case Token.escapedString:
      return { kind: 'string', text: readString(tape, index) };
    case Token.number:
      return { kind: 'number', text: readRaw(tape, index), canonical: canonicalNumber(readRaw(tape, index)) };
    default:
      return { kind: 'literal', token: kind };
  }
}

/** Equality as jsonb has it: order of keys and spelling of numbers do not matter. */
export function equalsBase(tape: Tape, index: number, base: BaseValue): boolean {
  const kind = kindAt(tape, index);
  switch (base.kind) {
    case 'literal':
      return kind === base.token;
    case 'string':
      return isString(tape, index) && readString(tape, index) === base.text;
    case 'number':
      return kind === Token.number && equalsNumber(readRaw(tape, index), base);
    case 'array': {
      if (kind !== Token.array) return false;
      const elements = readElements(tape, index);
      return (
        elements.length === base.elements.length &&
        elements.every((element, place) => equalsBase(tape, element, base.elements[place] as BaseValue))
      );
    }
    case 'object': {
      if (kind !== Token.object) return false;
      const members = readMembers(tape, index);
      if (members.size !== base.members.size) return false;
      for (const [key, value] of members) {
        const other = base.members.get(key);
        if (other === undefined || !equalsBase(tape, value, other)) return false;
      }
      return true;
    }
  }
}

function equalsNumber(text: string, base: { readonly text: string; readonly canonical: string }): boolean {
  return text === base.text || canonicalNumber(text) === base.canonical;
}
