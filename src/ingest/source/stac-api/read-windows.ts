import type { SourceDocument, SourcePart } from '../document.ts';
import { ReadAhead } from './ahead.ts';
import type { Page } from './page.ts';
import type { Window } from './windows.ts';

/** Of all windows that are read before their turn; each has its share, and a page above that. */
const MOST_BYTES_AHEAD = 32 * 1024 * 1024;

export interface ReadOptions {
  readonly atOnce: number;
  readonly read: (window: Window, stop: AbortSignal) => AsyncIterable<Page>;
  readonly take: (window: Window, pages: AsyncIterable<Page>) => AsyncIterable<readonly SourceDocument[]>;
}

/** Windows in their order, each a part of the source. So many at once are being read, the later ones into memory. */
export async function* readWindows(
  windows: readonly Window[],
  { atOnce, read, take }: ReadOptions,
): AsyncGenerator<SourcePart> {
  const stop = new AbortController();
  const share = MOST_BYTES_AHEAD / atOnce;
  const started: { readonly window: Window; readonly pages: ReadAhead<Page> }[] = [];
  const waiting = [...windows];
  try {
    for (;;) {
      for (const window of waiting.splice(0, atOnce - started.length))
        started.push({ window, pages: new ReadAhead(read(window, stop.signal), share, measure) });
      const [next] = started;
      if (next === undefined) return;
      const { window, pages } = next;
      yield { name: window.name, owned: true, documents: () => take(window, pages.take()) };
      started.shift();
    }
  } finally {
    for (const { pages } of started) pages.stop();
    stop.abort();
  }
}

function measure({ features }: Page): number {
  return features.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
