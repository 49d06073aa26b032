import type { RequestFailure } from '../answer.ts';
import type { PageRequest } from './next-link.ts';

/**
 * After how many failures of one page a status means that it may be too much for the server, or for a proxy before it
 * (524: too slow). 503 is mostly meant for everybody; some gateways say it of a slow answer.
 */
const TOO_MUCH: ReadonlyMap<number, number> = new Map([
  [413, 0],
  [500, 1],
  [502, 1],
  [504, 1],
  [524, 1],
  [503, 2],
]);

/** How many items a page is asked for, learnt from what the API fails on. Shared by the windows of a source. */
export class PageSize {
  readonly #wanted: number;
  #now: number;

  constructor(wanted: number) {
    this.#wanted = wanted;
    this.#now = wanted;
  }

  get now(): number {
    return this.#now;
  }

  failedOn(size: number): void {
    this.#now = Math.max(1, Math.min(this.#now, Math.floor(size / 2)));
  }

  /**
   * A window went through. Only new windows grow: a server that counts pages rather than items repeats some when they
   * shrink in between, and would leave some out when they grow.
   */
  succeeded(): void {
    this.#now = Math.min(this.#wanted, this.#now * 2);
  }
}

/** Whether fewer items may be the answer to a failure; `before` counts those of this page. Other failures come and go. */
export function asksForLess(failure: RequestFailure, before: number): boolean {
  switch (failure.kind) {
    case 'tooLarge':
    case 'timeout':
      return true;
    case 'status':
      return before >= (TOO_MUCH.get(failure.status) ?? Number.POSITIVE_INFINITY);
    case 'brokenOff':
      return before > 0;
    case 'unreachable':
      return false;
    default:
      return failure satisfies never;
  }
}

/** How many items a request asks for; null where it leaves that to its token. */
export function readSize({ url, body }: PageRequest): number | null {
  const written = body?.['limit'] ?? new URL(url).searchParams.get('limit');
  const size = Number(written ?? Number.NaN);
  return Number.isInteger(size) && size > 0 ? size : null;
}

/** The same page with fewer items, from the same place. */
export function resize(request: PageRequest, limit: number): PageRequest {
  if (request.body !== null && 'limit' in request.body) return { ...request, body: { ...request.body, limit } };
  const url = new URL(request.url);
  url.searchParams.set('limit', String(limit));
  return { ...request, url: url.href };
}
