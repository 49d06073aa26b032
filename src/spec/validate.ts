import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { hasShape } from './has-shape.ts';
import { findEmptyKeys, findIdleKeys } from './idle-keys.ts';
import { dropNulls, mergeNodes, withoutKey } from './merge.ts';
import { findNode, type MapEntry, type MapNode, nodeToValue, type Place, type SpecNode } from './node.ts';
import type { PlatformSpec } from './schema.ts';

/** A spec whose shape is right in every environment that was asked for. */
export interface ValidSpec {
  /** Those asked for, in the order the spec names them; one, `default`, where it names none. */
  readonly environments: readonly ValidEnvironment[];
  /** The names of all the spec has. */
  readonly names: readonly string[];
  /** False where the spec has no `environments`. */
  readonly named: boolean;
}

export interface ValidEnvironment {
  readonly name: string;
  /** The base with this environment's overlay merged in, for places. */
  readonly node: SpecNode;
  readonly value: PlatformSpec;
}

/** A spec as far as its shape tells: valid, or with every mistake of shape and what can be guessed of its environments. */
export type CheckedSpec =
  | { readonly ok: true; readonly value: ValidSpec; readonly warnings: readonly Diagnostic[] }
  | {
      readonly ok: false;
      readonly diagnostics: readonly Diagnostic[];
      readonly names: readonly string[];
      readonly named: boolean;
      readonly environments: readonly GuessedEnvironment[];
      /** A diagnostic with none of the spec's secrets in its words. */
      readonly hide: (diagnostic: Diagnostic) => Diagnostic;
    };

/**
 * An environment of a spec with mistakes, in the ways it may have been meant. What holds for every guess, and is not
 * said about a place that is faulty itself, holds for what was meant.
 */
export interface GuessedEnvironment {
  readonly name: string;
  readonly guesses: readonly ValidEnvironment[];
  readonly faulty: readonly Place[];
  /** Names may be missing that something refers to. */
  readonly namesInDoubt: boolean;
}

/**
 * The quick way for a spec without a mistake: base and overlays have their shape with nothing required, each merged
 * document has the platform's. Null where there is anything to say but of secrets, be it a warning; `findMistakes` says
 * it. `wanted` names the environments to look at; none means all.
 */
export function validateSpec(document: SpecNode, wanted: readonly string[]): ValidSpec | null {
  if (document.kind !== 'map') return null;
  const overlays = findNode(document, ['environments']);
  if (overlays === null) {
    const value = nodeToValue(document);
    if (!hasShape(value, 'platform')) return null;
    return { environments: [toEnvironment('default', document, value)], names: ['default'], named: false };
  }
  if (overlays.kind !== 'map' || overlays.entries.size === 0 || !hasShape(nodeToValue(document), 'base')) return null;
  const maps = [...overlays.entries.values()].flatMap(({ value }) => (value.kind === 'map' ? [value] : []));
  if (findEmptyKeys(document, maps).length > 0) return null;
  const base = dropNulls(withoutKey(document, 'environments'));
  const environments: ValidEnvironment[] = [];
  for (const [name, overlay] of selectEnvironments(overlays, wanted)) {
    const node = mergeQuickly(base, overlay.value);
    if (node === null) return null;
    const value = nodeToValue(node);
    if (!hasShape(value, 'platform')) return null;
    environments.push(toEnvironment(name, node, value));
  }
  return { environments, names: [...overlays.entries.keys()], named: true };
}

/** The entries of `environments` that were asked for. */
export function selectEnvironments(overlays: MapNode, wanted: readonly string[]): readonly [string, MapEntry][] {
  return [...overlays.entries].filter(([name]) => wanted.length === 0 || wanted.includes(name));
}

function mergeQuickly(base: SpecNode, overlay: SpecNode): SpecNode | null {
  if (!hasShape(nodeToValue(overlay), 'overlay')) return null;
  if (overlay.kind !== 'map' || base.kind !== 'map') return base;
  return findIdleKeys(base, overlay).length > 0 ? null : mergeNodes(base, overlay);
}

function toEnvironment(name: string, node: SpecNode, value: unknown): ValidEnvironment {
  return { name, node, value: value as PlatformSpec };
}
