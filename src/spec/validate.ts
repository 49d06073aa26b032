import type { Diagnostic, Outcome } from '../diagnostic/diagnostic.ts';
import { orderDiagnostics } from '../diagnostic/order.ts';
import { dropNulls, mergeNodes, withoutKey } from './merge.ts';
import { findNode, type MapNode, nodeToValue, type SpecNode } from './node.ts';
import type { PlatformSpec, Shape } from './schema.ts';
import { findSecrets } from './secrets.ts';

/** A spec whose shape is right in every environment. */
export interface ValidSpec {
  /** In the order the spec names them; one, `default`, where it names none. */
  readonly environments: readonly ValidEnvironment[];
  /** False where the spec has no `environments`. */
  readonly named: boolean;
}

export interface ValidEnvironment {
  readonly name: string;
  /** The base with this environment's overlay merged in, for places. */
  readonly node: SpecNode;
  readonly value: PlatformSpec;
}

/** Every place where a document does not have a shape; none where it has. */
export type CheckShape = (root: SpecNode, shape: Shape) => readonly Diagnostic[];

/** Checks base and overlays with nothing required, then each merged document against the schema itself. */
export function validateSpec(document: SpecNode, checkShape: CheckShape): Outcome<ValidSpec> {
  const diagnostics: Diagnostic[] = [...findSecrets(document)];
  const overlays = findNode(document, ['environments']);
  if (document.kind !== 'map' || overlays === null) {
    diagnostics.push(...checkShape(document, 'platform'));
    if (diagnostics.length > 0) return refuse(diagnostics);
    return accept([validEnvironment('default', document)], false);
  }
  diagnostics.push(...checkShape(document, 'base'));
  if (overlays.kind !== 'map') return refuse([...diagnostics, ...checkShape(document, 'platform')]);
  const base = withoutKey(document, 'environments');
  const environments = mergeEnvironments(base, overlays, checkShape, diagnostics);
  if (diagnostics.length > 0) return refuse(diagnostics);
  return accept(environments, true);
}

function mergeEnvironments(
  base: MapNode,
  overlays: MapNode,
  checkShape: CheckShape,
  diagnostics: Diagnostic[],
): ValidEnvironment[] {
  const environments: ValidEnvironment[] = [];
  if (overlays.entries.size === 0)
    diagnostics.push(
      ...checkShape(
        { ...base, entries: new Map([...base.entries, ['environments', { key: overlays.place, value: overlays }]]) },
        'platform',
      ),
    );
  for (const [name, overlay] of overlays.entries) {
    const shape = checkShape(overlay.value, 'overlay');
    diagnostics.push(...shape);
    const merged = overlay.value.kind === 'map' ? mergeNodes(dropNulls(base), overlay.value) : dropNulls(base);
    if (diagnostics.length === 0 || shape.length === 0)
      diagnostics.push(...checkShape(merged, 'platform').map((mistake) => inEnvironment(mistake, name)));
    environments.push(validEnvironment(name, merged));
  }
  return environments;
}

/** A mistake of the merged document only (a key missing, two keys that exclude each other) names its environment. */
function inEnvironment(mistake: Diagnostic, name: string): Diagnostic {
  const merged = mistake.code === 'PF102' || mistake.code === 'PF107';
  return merged ? { ...mistake, message: `${mistake.message} (environment ${name})` } : mistake;
}

function validEnvironment(name: string, node: SpecNode): ValidEnvironment {
  return { name, node, value: nodeToValue(node) as PlatformSpec };
}

function accept(environments: readonly ValidEnvironment[], named: boolean): Outcome<ValidSpec> {
  return { ok: true, value: { environments, named }, warnings: [] };
}

function refuse(diagnostics: readonly Diagnostic[]): Outcome<ValidSpec> {
  // What else is wrong with a value that is a secret would repeat it.
  const secrets = new Set(diagnostics.filter(({ code }) => code === 'PF110').map(placeKey));
  const shown = diagnostics.filter((diagnostic) => diagnostic.code === 'PF110' || !secrets.has(placeKey(diagnostic)));
  return { ok: false, diagnostics: orderDiagnostics(shown) };
}

function placeKey(diagnostic: Diagnostic): string {
  return JSON.stringify([diagnostic.file, diagnostic.range]);
}
