import { alignLines } from './align.ts';
import type { Edit } from './edit.ts';
import type { Probe } from './probes.ts';
import { splitLines } from './touches.ts';
import type { Trace } from './trace.ts';

/** Lines that are not there, and would be. */
export interface Addition {
  readonly path: string;
  /** The line they would follow; 0 is the start, or a file that there would be then. */
  readonly after: number;
  readonly count: number;
}

/** What a place would make if something else were written there, by its first way that makes anything new. */
export interface WouldAdd {
  readonly edits: readonly Edit[];
  readonly additions: readonly Addition[];
}

/** For a place that makes no line as it stands (`externalAddress: false`, no schedule): what it keeps away. */
export function findAdditions(trace: Trace, probe: Probe): WouldAdd | null {
  for (const edits of probe.edits) {
    const changed = trace.emit(edits);
    if (changed === null || changed === trace.base) continue;
    const additions = [...changed].flatMap(([path, text]) => {
      const before = trace.base.get(path);
      return before === text ? [] : addLines(path, before ?? '', text);
    });
    if (additions.length > 0) return { edits, additions };
  }
  return null;
}

function addLines(path: string, before: string, after: string): readonly Addition[] {
  return alignLines(splitLines(before), splitLines(after))
    .filter(({ from, to }) => from === to)
    .map(({ from, start, end }) => ({ path, after: from, count: end - start }));
}
