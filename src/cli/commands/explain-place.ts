import { createColors } from 'picocolors';
import { frameRange } from '../../diagnostic/frame.ts';
import { maskText } from '../../diagnostic/mask-text.ts';
import { findNode, locateKey, locateValue, type Place, type SpecPath } from '../../spec/node.ts';
import { pointTo } from '../../spec/place.ts';
import { followReference, type SchemaNode, schema } from '../../spec/schema.ts';
import type { Cause } from '../../trace/causes.ts';
import { formatPath } from '../../trace/spec-path.ts';
import type { Trace } from '../../trace/trace.ts';
import type { Output } from '../context.ts';
import type { Explained } from './explained.ts';

/** A place of the spec as both formats show it. */
export interface ShownPlace {
  readonly path: string;
  readonly kind: Cause['kind'];
  /** Where it is written; for a key that is not, the nearest that is. */
  readonly place: Place;
  /** What holds where the key is not written; null where the schema has no default. */
  readonly default?: unknown;
  /** The schema's words, where nothing that is written explains itself. */
  readonly description?: string;
}

export function showPlace(
  { document }: Pick<Explained, 'document'>,
  trace: Trace,
  { path, kind }: Pick<Cause, 'path' | 'kind'>,
): ShownPlace {
  const shown = { path: path.length === 0 ? 'the spec' : formatPath(path), kind };
  if (kind === 'environment') return { ...shown, place: pointTo(locateKey(document, path)) };
  const node = findNode(trace.root, path);
  if (node !== null)
    return { ...shown, place: pointTo(node.kind === 'scalar' ? node.place : locateKey(trace.root, path)) };
  const own = schemaAt(path);
  return {
    ...shown,
    place: pointTo(locateValue(trace.root, path)),
    default: own.default ?? null,
    ...(own.description === undefined ? {} : { description: own.description }),
  };
}

function schemaAt(path: SpecPath): SchemaNode {
  return path.reduce<SchemaNode>((parent, step) => {
    if (typeof step === 'number') return followReference(parent.items ?? {});
    const open = typeof parent.additionalProperties === 'object' ? parent.additionalProperties : {};
    return followReference(parent.properties?.[step] ?? open);
  }, schema);
}

/** The place with its frame; one that is not written with what holds instead. */
export function formatPlace(shown: ShownPlace, specText: string, output: Output): string {
  const colors = createColors(output.color);
  const { place, path } = shown;
  const { line, column } = place.range.start;
  const at = colors.dim(`${place.file}:${line}:${column}`);
  if (shown.kind !== 'default') {
    const style = { mark: '^' as const, paintMark: colors.cyan, paintGutter: colors.dim };
    const frame = frameRange(maskText(specText).split('\n'), place.range, style);
    return `  ${colors.bold(path)}  ${at}\n${frame.map(indent).join('')}`;
  }
  const holds = shown.default === null ? 'left out' : `default ${formatValue(shown.default)}`;
  const words = shown.description === undefined ? '' : `      ${colors.dim(shown.description)}\n`;
  return `  ${colors.bold(path)}  not written: ${colors.cyan(holds)}\n${words}`;
}

export function formatValue(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value);
}

function indent(line: string): string {
  return `  ${line}\n`;
}
