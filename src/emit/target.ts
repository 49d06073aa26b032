import type { Artifact } from '../artifact/artifact.ts';
import type { Platform } from '../model/platform.ts';

export const targetNames = ['terraform', 'kubernetes', 'metaflow', 'sql', 'team'] as const;
export type TargetName = (typeof targetNames)[number];

/** Total: whatever could go wrong with a platform is a rule in `model/`, where the line is still known. */
export interface Target {
  readonly name: TargetName;
  emit(platform: Platform, input: EmitInput): readonly Artifact[];
}

/** What emitters need besides the model. */
export interface EmitInput {
  /** The spec's own text: the flow carries it, and Jobs mount it. */
  readonly specText: string;
}

/**
 * The target that makes a path, or made it in an earlier version; null for the lock, which is nobody's. By path alone,
 * so that what is no longer made still has its target.
 */
export function findTargetOf(path: string): TargetName | null {
  return owners.find(([start]) => path === start || (start.endsWith('/') && path.startsWith(start)))?.[1] ?? null;
}

// The first that matches: the manifests stand inside terraform/.
const owners: readonly (readonly [start: string, target: TargetName])[] = [
  ['terraform/kubernetes/', 'kubernetes'],
  ['terraform/', 'terraform'],
  ['configs/', 'metaflow'],
  ['metaflow_flows/', 'metaflow'],
  ['main.py', 'metaflow'],
  ['tests/', 'metaflow'],
  ['sql/', 'sql'],
  ['scripts/', 'sql'],
  ['team/', 'team'],
  ['README.md', 'team'],
];
