/** The two ways out of a difference between what runs and the spec. */
export interface Ways {
  /** Who should change, where nobody says otherwise. */
  readonly should: 'spec' | 'instance';
  /** Why, in one clause. */
  readonly because: string;
  /** What `terraform apply` would do to the instance, in one sentence. */
  readonly apply: string;
  /** How to keep what runs. */
  readonly keep: Keep;
}

/** The line of the spec that says what runs, or why there is none. */
export type Keep =
  | {
      readonly kind: 'write';
      readonly file: string;
      /** Where it is written already, or else what it goes into; from 1. */
      readonly line: number;
      /** e.g. `hosting.cloudSql.tier`, `environments.dev.hosting.cloudSql.tier`. */
      readonly path: string;
      /** As YAML, e.g. `tier: db-custom-4-16384`; null: the key is taken out. */
      readonly text: string | null;
    }
  | { readonly kind: 'cannot'; readonly reason: string };

/** How to keep what runs, in one line. */
export function describeKeep(keep: Keep): string {
  if (keep.kind === 'cannot') return `no line of the spec does: ${keep.reason}`;
  const { file, line, path, text } = keep;
  return text === null ? `${file}:${line} take out ${path}` : `${file}:${line} ${path}: write ${text}`;
}

/** One environment's instance, beside its changes. */
export interface Running {
  readonly environment: string;
  /** `project:region:name`. */
  readonly instance: string;
  /** False: there is none yet, and everything is made. */
  readonly exists: boolean;
  /** Google's word, e.g. `RUNNABLE`; null where there is none. */
  readonly state: string | null;
  /** ISO 8601, UTC; null: none that succeeded. */
  readonly lastBackup: string | null;
  readonly maintenance: { readonly start: string; readonly latest: string | null } | null;
  /** What is not as it should be or is about to happen, each in one sentence. */
  readonly findings: readonly string[];
}

/** What `--against live` says beyond what every diff says. */
export interface LiveReport {
  readonly instances: readonly Running[];
  /** What of a platform was not looked at. */
  readonly unseen: readonly string[];
  /** What was written into the spec just now, one line each. */
  readonly adopted: readonly string[];
}
