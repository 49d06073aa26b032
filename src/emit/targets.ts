import type { Artifact } from '../artifact/artifact.ts';
import type { Platform } from '../model/platform.ts';
import { kubernetesTarget } from './kubernetes.ts';
import { metaflowTarget } from './metaflow.ts';
import { sqlTarget } from './sql.ts';
import type { EmitInput, Target } from './target.ts';
import { teamTarget } from './team.ts';
import { terraformTarget } from './terraform.ts';

export const targets: readonly Target[] = [terraformTarget, kubernetesTarget, metaflowTarget, sqlTarget, teamTarget];

/** Every artifact of one environment, sorted by path. Two emitters that write one path are a bug. */
export function emitPlatform(platform: Platform, input: EmitInput): readonly Artifact[] {
  const artifacts = targets.flatMap((target) => target.emit(platform, input));
  const sorted = [...artifacts].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  for (const [index, artifact] of sorted.entries()) {
    if (artifact.path === sorted[index - 1]?.path) throw new Error(`two emitters write ${artifact.path}`);
    if (!artifact.text.endsWith('\n') || artifact.text.includes('\r'))
      throw new Error(`${artifact.path}: LF and one final newline are wanted`);
  }
  return sorted;
}
