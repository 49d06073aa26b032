import type { Architecture } from './architecture/architecture.ts';
import type { ViewArtifacts } from './artifacts.ts';
import type { ViewChange, ViewChanges } from './changes.ts';
import type { ViewCosts } from './costs/costs.ts';
import type { ViewIngested } from './ingested.ts';

/** All that the page of `platform view` shows; it stands in the file as JSON. Same inputs, same bytes. */
export interface ViewDocument {
  /** The platform's name. */
  readonly name: string;
  /** The compiler's version. */
  readonly compiler: string;
  /** When the page was made, ISO 8601, UTC. */
  readonly made: string;
  readonly spec: ViewSpec;
  /** In the spec's order: all, or the one that was asked for. */
  readonly environments: readonly ViewEnvironment[];
  /** Environments that the spec no longer has. */
  readonly gone: readonly GoneEnvironment[];
}

export interface ViewSpec {
  /** As a person typed it. */
  readonly path: string;
  /** Whatever looks like a secret is masked. */
  readonly lines: readonly string[];
}

export interface ViewEnvironment {
  readonly name: string;
  /** Of everything made on Google Cloud, e.g. `alps-prod`. */
  readonly prefix: string;
  readonly project: string;
  readonly region: string;
  readonly architecture: Architecture;
  readonly artifacts: ViewArtifacts;
  readonly changes: ViewChanges;
  readonly costs: ViewCosts;
  readonly ingested: ViewIngested;
}

export interface GoneEnvironment {
  readonly name: string;
  readonly changes: readonly ViewChange[];
}
