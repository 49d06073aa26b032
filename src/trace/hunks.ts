import { emitPlatform } from '../emit/targets.ts';
import type { Platform } from '../model/platform.ts';
import { alignLines } from './align.ts';
import { substituteEach } from './substitute.ts';
import { splitLines } from './touches.ts';

/** Lines of one artifact that become others. */
export interface TextHunk {
  readonly path: string;
  /** The first of its lines before, from 1; where none go, the one that the new lines come before. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** One difference between two models, made alone in the first of them. */
export interface TracedChange {
  readonly changed: Platform;
  /** What it does to the artifacts, in the order one would review it. */
  readonly hunks: readonly TextHunk[];
}

/**
 * What each single difference between two models writes, everywhere. The text of the spec, which some artifacts carry,
 * is taken for the same in both; a difference that cannot be compiled without another one has no hunks.
 */
export function traceChanges(before: Platform, after: Platform): readonly TracedChange[] {
  const was = emit(before) ?? new Map<string, string>();
  return substituteEach(before, after).map((changed) => ({ changed, hunks: listHunks(was, emit(changed) ?? was) }));
}

function emit(platform: Platform): ReadonlyMap<string, string> | null {
  try {
    return new Map(emitPlatform(platform, { specText: '' }).map(({ path, text }) => [path, text]));
  } catch {
    // It names what only another of the differences brings.
    return null;
  }
}

function listHunks(was: ReadonlyMap<string, string>, is: ReadonlyMap<string, string>): readonly TextHunk[] {
  const paths = [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path));
  return paths
    .sort((a, b) => rankPath(a) - rankPath(b) || (a < b ? -1 : 1))
    .flatMap((path) => {
      const [old, now] = [splitLines(was.get(path) ?? ''), splitLines(is.get(path) ?? '')];
      return alignLines(old, now).map(({ from, to, start, end }) => ({
        path,
        line: from + 1,
        removed: old.slice(from, to),
        added: now.slice(start, end),
      }));
    });
}

/** What changes Google Cloud first, then the cluster, what runs there, the databases, and what people read last. */
const reviewOrder = ['terraform/kubernetes/', 'terraform/', 'configs/', 'metaflow_flows/', 'sql/', 'scripts/', 'team/'];

function rankPath(path: string): number {
  const rank = reviewOrder.findIndex((folder) => path.startsWith(folder));
  // The manifests are in Terraform's folder, and come after it.
  return rank === -1 ? reviewOrder.length : rank < 2 ? 1 - rank : rank;
}
