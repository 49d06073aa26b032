import { formatPeriod, type Period } from '../../item/period.ts';
import type { Report } from '../../progress.ts';
import type { SourceDocument } from '../document.ts';
import { readItemTimes } from './item-times.ts';
import type { Page } from './page.ts';
import { type ItemTimes, isGivenElsewhere, isOutside, type Window } from './windows.ts';

/** What the searches of a source have in common. */
export interface SearchedSource {
  /** What its documents are said to come from. */
  readonly origin: string;
  /** What was asked for, windows taken together. */
  readonly period: Period;
  readonly report: Report;
}

/**
 * The items of searches, but for those that another window is certain to give, and those of a server that does not heed
 * the time that it is asked for: the latter with one warning.
 */
export class ItemPicker {
  readonly #source: SearchedSource;
  #hasWarned = false;

  constructor(source: SearchedSource) {
    this.#source = source;
  }

  /** Of a source that is read in one go. */
  async *pickAll(pages: AsyncIterable<Page>): AsyncGenerator<readonly SourceDocument[]> {
    yield* this.#pick(pages, '', () => false);
  }

  /** @param windows Of the source. */
  async *pickOf(
    window: Window,
    windows: readonly Window[],
    pages: AsyncIterable<Page>,
  ): AsyncGenerator<readonly SourceDocument[]> {
    const others = windows.filter(({ collection }) => collection === window.collection);
    const where = ` of ${formatPeriod(window.period)}`;
    yield* this.#pick(pages, where, (times) => isGivenElsewhere(times, window, others));
  }

  async *#pick(
    pages: AsyncIterable<Page>,
    where: string,
    isPassedOver: (times: ItemTimes) => boolean,
  ): AsyncGenerator<readonly SourceDocument[]> {
    const { origin, period } = this.#source;
    const asksForTime = period.from !== null || period.to !== null;
    let count = 0;
    for await (const page of pages) {
      const documents: SourceDocument[] = [];
      for (const { bytes, tooLarge } of page.features) {
        count += 1;
        const times = asksForTime ? readItemTimes(bytes) : null;
        if (times !== null && (this.#isUnasked(times) || isPassedOver(times))) continue;
        documents.push({ bytes, source: origin, place: `item ${count}${where}`, tooLarge });
      }
      yield documents;
    }
  }

  #isUnasked(times: ItemTimes): boolean {
    const { origin, period, report } = this.#source;
    if (!isOutside(times, period)) return false;
    if (!this.#hasWarned)
      report({
        kind: 'warning',
        message: `${origin} gives items from outside of ${formatPeriod(period)}, which it was asked for: they are passed over`,
      });
    this.#hasWarned = true;
    return true;
  }
}
