import { Token } from '../json/tape.ts';
import type { BaseValue } from './base-item.ts';
import { DO_NOT_MERGE } from './dehydrate.ts';

/**
 * What a stored value is read as beside its collection's `base_item`, by the rules of pgSTAC's `merge_jsonb`, but that
 * nulls are kept where the base has nothing in their place. Null where nothing is read.
 */
export function hydrateValue(value: BaseValue | undefined, base: BaseValue | undefined): BaseValue | null {
  if (value === undefined) return base ?? null;
  if (value.kind === 'string' && value.text === DO_NOT_MERGE) return null;
  if (value.kind === 'literal' && value.token === Token.null) return base ?? value;
  if (value.kind === 'object' && base?.kind === 'object') return hydrateMembers(value.members, base.members);
  if (value.kind === 'array' && base?.kind === 'array' && value.elements.length === base.elements.length) {
    const elements = value.elements.map((element, place) => hydrateValue(element, base.elements[place]) ?? nothing);
    return { kind: 'array', elements, seen: { bytes: null } };
  }
  return value;
}

type Members = ReadonlyMap<string, BaseValue>;

function hydrateMembers(members: Members, base: Members): BaseValue {
  const merged = new Map<string, BaseValue>();
  for (const key of new Set([...members.keys(), ...base.keys()])) {
    const value = hydrateValue(members.get(key), base.get(key));
    if (value !== null) merged.set(key, value);
  }
  return { kind: 'object', members: merged, seen: { bytes: null } };
}

const nothing: BaseValue = { kind: 'literal', token: Token.null };
