import { IngestionFailure, stopIfInterrupted } from '../failure.ts';
import type { FetchRequest, Ports } from '../ports.ts';
import { describeUrl, makePrintable, resolveUrl } from './link.ts';

export type WebPorts = Pick<Ports, 'fetch' | 'clock' | 'signal' | 'report'>;

export const ATTEMPTS = 8;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
/** The longest `Retry-After` that is waited for; a server that asks for more is given up on. */
export const LONGEST_ASKED_MS = 10 * 60_000;
export const TIMEOUT_MS = 120_000;
const MOST_REDIRECTS = 5;

export type Request = Omit<FetchRequest, 'signal' | 'redirect'>;

/** Statuses of a server that may answer when asked again (RFC 9110, section 15). */
export const RETRIED: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** A status that asking again does not change. */
export class RefusedRequest extends IngestionFailure {
  readonly status: number;
  /** What the server said. */
  readonly said: string;

  constructor(url: string, status: number, body: string, hint?: string) {
    const said = makePrintable(body);
    const message = `${describeUrl(url)} answers ${status}${said === '' ? '' : `: ${said}`}`;
    super('source', message, hint === undefined ? {} : { hint });
    this.status = status;
    this.said = said;
  }
}

/**
 * Fetches a body and reads it with `read`. Waits and asks again, at most eight times, after a status that says so (as
 * long as `Retry-After` wants), a failed or hanging connection, or a body that ends early or that `read` throws at.
 * Throws `RefusedRequest` for any other status.
 */
export async function fetchBody<T>(
  url: string,
  request: Request,
  ports: WebPorts,
  read: (body: Buffer, url: string) => Promise<T> | T,
): Promise<T> {
  if (!URL.canParse(url)) throw new IngestionFailure('source', `${describeUrl(url)} is no URL`);
  for (let attempt = 1; ; attempt += 1) {
    stopIfInterrupted(ports.signal);
    let wait = chooseWait(attempt);
    let reason: string;
    try {
      const signal = AbortSignal.any([ports.signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const { response, finalUrl } = await follow(url, request, ports, signal);
      const body = Buffer.from(await response.arrayBuffer());
      if (response.ok) return await read(body, finalUrl);
      if (!RETRIED.has(response.status) || attempt === ATTEMPTS)
        throw new RefusedRequest(url, response.status, body.toString('utf8'));
      reason = `answers ${response.status}`;
      wait = Math.max(wait, readRetryAfter(response.headers.get('retry-after'), ports.clock.now()));
      if (wait > LONGEST_ASKED_MS)
        throw new RefusedRequest(url, response.status, `asks to come back in ${Math.round(wait / 1000)} s`);
    } catch (error) {
      if (error instanceof IngestionFailure) throw error;
      stopIfInterrupted(ports.signal);
      reason = describeFetchError(error);
      if (attempt === ATTEMPTS)
        throw new IngestionFailure('source', `${describeUrl(url)}: ${reason}`, { cause: error });
    }
    ports.report({ kind: 'retry', of: 'source', reason: `${describeUrl(url)}: ${reason}` });
    await ports.clock.sleep(wait, ports.signal);
  }
}

/** Milliseconds to wait after so many failed attempts, with jitter. */
export function chooseWait(attempt: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
}

/** The answer behind any redirects, asked for with the same method and body (but for 303, RFC 9110, section 15.4.4). */
export async function follow(
  url: string,
  request: Request,
  ports: WebPorts,
  signal: AbortSignal,
): Promise<{ response: Response; finalUrl: string }> {
  let [finalUrl, current] = [url, request];
  for (let redirects = 0; ; redirects += 1) {
    const response = await ports.fetch(finalUrl, { ...current, redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return { response, finalUrl };
    await response.body?.cancel();
    if (redirects === MOST_REDIRECTS)
      throw new IngestionFailure('source', `${describeUrl(url)} redirects more than ${MOST_REDIRECTS} times`);
    const next = resolveUrl(location, finalUrl);
    if (response.status === 303) current = { method: 'GET', headers: current.headers };
    // Who asks is the first server's business alone.
    if (new URL(next).origin !== new URL(finalUrl).origin) {
      const { authorization: _, ...headers } = current.headers;
      current = { ...current, headers };
    }
    finalUrl = next;
  }
}

/** Milliseconds that a `Retry-After` in seconds or as a date asks for (RFC 9110, section 10.2.3). */
export function readRetryAfter(header: string | null, now: number): number {
  if (header === null) return 0;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}

/** fetch hides what went wrong in the cause. */
export function describeFetchError(error: unknown): string {
  if (!(error instanceof Error)) return makePrintable(String(error));
  const cause = error.cause instanceof Error ? error.cause : null;
  const said = cause === null || cause.message === '' ? error.message : `${error.message} (${cause.message})`;
  return makePrintable(said);
}
