import type { Artifact } from '../artifact/artifact.ts';
import type { Platform } from '../model/platform.ts';

export type TargetName = 'terraform' | 'kubernetes' | 'metaflow' | 'sql' | 'team';

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
