import type { Report } from '../../progress.ts';
import { isObject, type Page } from './page.ts';

/**
 * Tells whoever watches how many items searches have in all, by what the server says on the first page of each: a count
 * that may be an estimate, or wrong. Searches that have not begun are taken to have as many as the others on average.
 */
export class CountedSearches {
  readonly #searches: number;
  readonly #report: Report;
  #counted = 0;
  #items = 0;
  #told: number | null = null;

  constructor(searches: number, report: Report) {
    this.#searches = searches;
    this.#report = report;
  }

  /** The pages of one of the searches, as they are. */
  async *watch(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
    let isFirst = true;
    for await (const page of pages) {
      const items = isFirst ? readCount(page.envelope) : null;
      if (items !== null) this.#add(items);
      isFirst = false;
      yield page;
    }
  }

  #add(items: number): void {
    this.#counted += 1;
    this.#items += items;
    const all = Math.round((this.#items / this.#counted) * this.#searches);
    if (all !== this.#told) this.#report({ kind: 'expected', documents: all - (this.#told ?? 0) });
    this.#told = all;
  }
}

/** As OGC API has it, or as the context extension had it before 1.0.0; null where it says none. */
function readCount({ numberMatched, context }: Page['envelope']): number | null {
  const count = numberMatched ?? (isObject(context) ? context['matched'] : undefined);
  return Number.isSafeInteger(count) && Number(count) >= 0 ? Number(count) : null;
}
