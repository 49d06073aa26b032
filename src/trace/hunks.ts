import { emitPlatform } from '../emit/targets.ts';
import type { Platform } from '../model/platform.ts';
import { alignLines } from './align.ts';
import type { Step } from './steps.ts';
import { type Emitted, splitLines } from './touches.ts';

/** Lines of one artifact that become others. */
export interface TextHunk {
  readonly path: string;
  /** `made`, `removed`: the whole file. */
  readonly kind: 'changed' | 'made' | 'removed';
  /** The first of its lines before, from 1; where none go, the one that the new lines come before. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** A step, and what it writes in the order one would review; nothing where a model names what only another step brings. */
export interface TracedStep extends Step {
  readonly hunks: readonly TextHunk[];
}

/** What each step writes. The text of the spec, which some artifacts carry, is taken for the same in all. */
export function traceSteps(steps: readonly Step[]): readonly TracedStep[] {
  // Most steps are from one and the same model.
  const written = new Map<Platform, Emitted | null>();
  return steps.map((step) => {
    const was = written.get(step.before) ?? emit(step.before);
    written.set(step.before, was);
    const is = emit(step.after);
    return { ...step, hunks: was === null || is === null ? [] : listHunks(was, is) };
  });
}

/** The paths of all that is written of a platform, in the order one would review. */
export function listFiles(platform: Platform): readonly string[] {
  return [...(emit(platform)?.keys() ?? [])].sort(comparePaths);
}

function emit(platform: Platform): Emitted | null {
  try {
    return new Map(emitPlatform(platform, { specText: '' }).map(({ path, text }) => [path, text]));
  } catch {
    return null;
  }
}

function listHunks(was: Emitted, is: Emitted): readonly TextHunk[] {
  const paths = [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path));
  return paths.sort(comparePaths).flatMap((path) => {
    const [old, now] = [splitLines(was.get(path) ?? ''), splitLines(is.get(path) ?? '')];
    const kind = !was.has(path) ? 'made' : is.has(path) ? 'changed' : 'removed';
    return alignLines(old, now).map(
      ({ from, to, start, end }): TextHunk => ({
        path,
        kind,
        line: from + 1,
        removed: old.slice(from, to),
        added: now.slice(start, end),
      }),
    );
  });
}

/** What changes Google Cloud first, then the cluster, the databases, what runs there, and what people read last. */
const reviewOrder = ['terraform/kubernetes/', 'terraform/', 'sql/', 'scripts/', 'configs/', 'metaflow_flows/', 'team/'];

function comparePaths(a: string, b: string): number {
  return rankPath(a) - rankPath(b) || (a < b ? -1 : 1);
}

function rankPath(path: string): number {
  const rank = reviewOrder.findIndex((folder) => path.startsWith(folder));
  // The manifests are in Terraform's folder, and come after it.
  return rank === -1 ? reviewOrder.length : rank < 2 ? 1 - rank : rank;
}
