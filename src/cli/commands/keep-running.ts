import type { Change } from '../../diff/change.ts';
import type { Keep } from '../../diff/ways.ts';
import { findSpecKey } from '../../live/spec-keys.ts';
import type { Platform } from '../../model/platform.ts';
import { type Edit, planEdit, writeFlow, writeKey } from '../../spec/edit.ts';
import { findNode, locateKey, type SpecPath } from '../../spec/node.ts';
import { formatPath } from '../../trace/spec-path.ts';
import { type ReadSpec, readAgain } from '../read-again.ts';

/** What to write into the spec so that it says what runs. */
export interface Proposal {
  readonly keep: Keep;
  /** Null where no one replacement says it. */
  readonly edit: Edit | null;
}

/** A spec's text that can be read, with its places. */
export interface SpecText {
  readonly path: string;
  readonly text: string;
  readonly read: ReadSpec;
}

/** Null where the text is no valid spec, as far as the environments wanted go. */
export async function readSpecText(path: string, text: string, wanted: readonly string[]): Promise<SpecText | null> {
  const read = await readAgain({ path, text }, wanted);
  return read === null ? null : { path, text, read };
}

/** Finds what to write for a change whose `before` is what runs. */
export function proposeKeep(change: Change, platform: Platform, spec: SpecText): Proposal {
  const { environment } = change;
  const node = spec.read.spec.environments.find(({ name }) => name === environment)?.node ?? spec.read.document;
  const key = findSpecKey(change, platform, listReplicas(node));
  if (key.kind === 'none') return cannot(key.reason);
  const { path, value } = chooseSide(key.path, key.value, environment, spec.read);
  const written = findNode(spec.read.document, path);
  if (value === undefined && written === null) return cannot('the spec does not say it: it is a default, or derived');
  const edit = planEdit(spec.text, path, value);
  if (edit === null) return cannot('it stands where no single key can say it: write it by hand');
  const step = String(path.at(-1));
  const { range } = locateKey(spec.read.document, nearest(path, spec.read));
  return {
    keep: {
      ...{ kind: 'write', file: spec.path, line: range.start.line, path: formatPath(path) },
      text: value === undefined ? null : `${writeKey(step)}: ${writeFlow(value)}`,
    },
    edit,
  };
}

function cannot(reason: string): Proposal {
  return { keep: { kind: 'cannot', reason }, edit: null };
}

/**
 * In which part of the file the environment says it: its overlay where that says it already, or where the base speaks for
 * other environments too, whose instances are others.
 */
function chooseSide(
  path: SpecPath,
  value: unknown,
  environment: string,
  { document, spec }: ReadSpec,
): { readonly path: SpecPath; readonly value: unknown } {
  const overlay = ['environments', environment, ...path];
  const isOverlaid = spec.named && findNode(document, overlay) !== null;
  if (!isOverlaid && (!spec.named || spec.names.length === 1)) return { path, value };
  // What the base says is taken away in an overlay by a null.
  const takenAway = value === undefined && findNode(document, path) !== null;
  return { path: overlay, value: takenAway ? null : value };
}

/** The path itself, or as much of it as is written. */
function nearest(path: SpecPath, { document }: ReadSpec): SpecPath {
  for (let length = path.length; length > 0; length--)
    if (findNode(document, path.slice(0, length)) !== null) return path.slice(0, length);
  return [];
}

function listReplicas(node: Parameters<typeof findNode>[0]): readonly string[] {
  const replicas = findNode(node, ['hosting', 'cloudSql', 'replicas']);
  if (replicas?.kind !== 'list') return [];
  return replicas.items.map((item) => {
    const name = findNode(item, ['name']);
    return name?.kind === 'scalar' ? String(name.value) : '';
  });
}
