import type { SpecNode } from '../../spec/node.ts';
import type { Trace } from '../../trace/trace.ts';
import type { LoadedPlatforms } from '../load.ts';
import type { Format } from '../report.ts';

export interface ExplainOptions {
  readonly spec?: string | undefined;
  readonly env?: readonly string[] | undefined;
  /** Left out: `generated` in the project's folder. */
  readonly out?: string | undefined;
  /** Write the whole map of each environment. */
  readonly map: boolean;
  readonly format: Format;
}

/** What every way to explain works on: the spec with its places, and its environments ready to be asked. */
export interface Explained {
  readonly loaded: LoadedPlatforms;
  /** The whole spec, overlays and all, as it was written. */
  readonly document: SpecNode;
  /** Absolute. */
  readonly out: string;
  /** As `compile` wants them again. */
  readonly options: ExplainOptions;
  readonly openTrace: (environment: string) => Trace;
}
