import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { suggestName } from '../diagnostic/suggest.ts';
import type { Draft } from './draft.ts';
import { findEmptyKeys, findIdleKeys, type IdleKey } from './idle-keys.ts';
import { findNode, isInside, locateKey, type MapNode, type SpecNode, type SpecPath } from './node.ts';
import { placeKey, pointTo } from './place.ts';
import type { Fault } from './repair.ts';
import { type SchemaNode, schema } from './schema.ts';
import { childSchema, findSchema, isNamedMap } from './schema-walk.ts';

export interface Overlay {
  readonly name: string;
  readonly node: MapNode;
}

/** What is said of one overlay, and the entries of it that are not to be merged. Paths start at the overlay's root. */
export interface OverlayMistakes {
  readonly diagnostics: readonly Diagnostic[];
  readonly faults: readonly Fault[];
}

/**
 * The names an overlay gives to things that the base does not have: to remove them, or to change a part of them. Where
 * the base's own names are in doubt nothing is said.
 */
export function checkNames(base: Draft, environment: string, overlay: SpecNode): OverlayMistakes {
  const under = base.least;
  if (under.kind !== 'map' || overlay.kind !== 'map') return { diagnostics: [], faults: [] };
  const strays = findStrays(under, overlay);
  const certain = strays.filter(({ path }) => !base.guessed.some((guess) => isInside(path, guess)));
  return {
    diagnostics: certain.map((stray) => describeStray(under, environment, overlay, stray)),
    faults: strays.map(({ path, near }) => ({ kind: 'unknownKey', path, meant: near ?? String(path.at(-1)) })),
  };
}

/**
 * The keys of the wanted overlays that change nothing. What several environments share by an anchor is told only where
 * it changes none of them. What is `guessed`, by its path in the document, was written otherwise.
 */
export function checkIdleKeys(
  base: SpecNode,
  overlays: readonly Overlay[],
  wanted: readonly string[],
  guessed: readonly SpecPath[],
): readonly Diagnostic[] {
  if (base.kind !== 'map') return [];
  const uses = new Map<string, number>();
  const idle = new Map<string, { count: number; diagnostic: Diagnostic | null }>();
  for (const { name, node } of overlays) {
    for (const place of new Set(listKeys(node))) uses.set(place, (uses.get(place) ?? 0) + 1);
    const strays = findStrays(base, node);
    for (const found of findIdleKeys(base, node)) {
      if (strays.some(({ path }) => isInside(found.path, path))) continue;
      if (guessed.some((path) => isInside(path, ['environments', name, ...found.path]))) continue;
      const place = placeKey(locateKey(node, found.path));
      const known = idle.get(place) ?? { count: 0, diagnostic: null };
      const diagnostic = known.diagnostic ?? (wanted.includes(name) ? describeIdle(base, name, node, found) : null);
      idle.set(place, { count: known.count + 1, diagnostic });
    }
  }
  return [...idle].flatMap(([place, { count, diagnostic }]) =>
    diagnostic !== null && count === uses.get(place) ? [diagnostic] : [],
  );
}

/** The keys of the base that say nothing: what is missing without them is told as missing. */
export function checkEmptyKeys(document: MapNode, overlays: readonly Overlay[]): readonly Diagnostic[] {
  const empty = findEmptyKeys(
    document,
    overlays.map(({ node }) => node),
  );
  return empty.flatMap((path): readonly Diagnostic[] => {
    const above = findSchema(path.slice(0, -1));
    if (above === null || above.required?.includes(String(path.at(-1))) || above.minProperties !== undefined) return [];
    const message = `${path.join('.')} is empty, and no environment gives it a value: it changes nothing`;
    const hint = 'write its value, or remove the line';
    return [{ code: 'PF108', severity: 'warning', message, hint, ...pointTo(locateKey(document, path)) }];
  });
}

interface Stray {
  readonly path: SpecPath;
  /** The name of the base that was probably meant. */
  readonly near: string | null;
  /** What it would need to be an entry of its own; none where it only removes. */
  readonly lacks: readonly string[];
}

function findStrays(base: MapNode, overlay: MapNode): readonly Stray[] {
  return [...findPartial(base, overlay, schema, []), ...findRemovals(base, overlay)];
}

function findRemovals(base: MapNode, overlay: MapNode): readonly Stray[] {
  return findIdleKeys(base, overlay).flatMap(({ kind, path }) => {
    const above = kind === 'absent' ? findSchema(path.slice(0, -1)) : null;
    if (above === null || !isNamedMap(above)) return [];
    return [{ path, near: suggestName(String(path.at(-1)), namesAt(base, path)), lacks: [] }];
  });
}

/** New entries of named maps that are not whole. */
function findPartial(base: SpecNode | null, overlay: SpecNode, node: SchemaNode, path: SpecPath): readonly Stray[] {
  if (overlay.kind !== 'map') return [];
  return [...overlay.entries].flatMap(([key, { value }]): readonly Stray[] => {
    const child = childSchema(node, key);
    if (child === null) return [];
    const old = base?.kind === 'map' ? base.entries.get(key)?.value : undefined;
    const at = [...path, key];
    if (old === undefined && isNamedMap(node) && value.kind === 'map') {
      const lacks = listLacks(value, child, '');
      const names = base?.kind === 'map' ? [...base.entries.keys()] : [];
      return lacks.length === 0 ? [] : [{ path: at, near: suggestName(key, names), lacks }];
    }
    return findPartial(old ?? null, value, child, at);
  });
}

/** The keys that a node would need to be whole, as paths below it. */
function listLacks(node: SpecNode, schemaNode: SchemaNode, above: string): readonly string[] {
  if (node.kind !== 'map') return [];
  const isThere = (key: string): boolean => {
    const value = node.entries.get(key)?.value;
    return value !== undefined && !(value.kind === 'scalar' && value.value === null);
  };
  const missing = (schemaNode.required ?? []).filter((key) => !isThere(key)).map((key) => above + key);
  const few = [...node.entries.keys()].filter(isThere).length < (schemaNode.minProperties ?? 0);
  const choice = few ? [`${above}${Object.keys(schemaNode.properties ?? {}).join(' or ')}`] : [];
  const below = [...node.entries].flatMap(([key, { value }]) => {
    const child = childSchema(schemaNode, key);
    return child === null ? [] : listLacks(value, child, `${above}${key}.`);
  });
  return [...missing, ...choice, ...below];
}

function describeStray(base: MapNode, environment: string, node: MapNode, { path, near, lacks }: Stray): Diagnostic {
  const above = path.slice(0, -1).join('.');
  const names = namesAt(base, path);
  const key = JSON.stringify(path.at(-1));
  const message =
    lacks.length === 0
      ? `${above} of the base has no ${key} that ${environment} could remove`
      : `${above} of the base has no ${key} to change, and this is only part of one: it lacks ${lacks.join(', ')}`;
  const there = names.length === 0 ? `the base has none below ${above}` : `the base has ${names.join(', ')}`;
  const whole = lacks.length === 0 ? 'remove this line' : `add ${lacks.join(', ')} for one of ${environment}'s own`;
  return {
    code: 'PF109',
    severity: 'error',
    message,
    hint: near === null ? `${there}; ${whole}` : `did you mean ${near}?`,
    ...pointTo(locateKey(node, path)),
  };
}

function describeIdle(base: MapNode, environment: string, node: MapNode, { kind, path }: IdleKey): Diagnostic {
  const name = `environments.${environment}.${path.join('.')}`;
  const shown = path.join('.');
  const words = {
    same: [`${name} says what the base says: it changes nothing`, 'remove the line, or write what is different here'],
    empty: [
      `${name} is empty, and an empty map changes nothing`,
      `remove the line; \`${shown.split('.').at(-1)}: null\` would remove what the base has there`,
    ],
    absent: [`${name} removes what the base does not have: it changes nothing`, 'remove the line'],
  } as const;
  const [message, hint] = words[kind];
  const place = kind === 'absent' ? null : locateKey(base, path);
  return {
    code: 'PF108',
    severity: 'warning',
    message,
    hint,
    ...pointTo(locateKey(node, path)),
    ...(place === null ? {} : { related: [{ message: 'the base says it here', ...pointTo(place) }] }),
  };
}

/** The names of the base in the named map that a path leads into. */
function namesAt(base: MapNode, path: SpecPath): readonly string[] {
  const map = findNode(base, path.slice(0, -1));
  return map?.kind === 'map' ? [...map.entries.keys()] : [];
}

function listKeys(node: SpecNode): readonly string[] {
  if (node.kind !== 'map') return [];
  return [...node.entries.values()].flatMap(({ key, value }) => [placeKey(key), ...listKeys(value)]);
}
