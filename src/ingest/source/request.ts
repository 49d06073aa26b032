import { IngestionFailure, stopIfInterrupted } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { type Answer, ask, classifyError, describeFetchError, type Request, type RequestFailure } from './answer.ts';
import type { HostTurns } from './host-turns.ts';
import { describeUrl, makePrintable } from './link.ts';

export interface WebPorts extends Pick<Ports, 'fetch' | 'clock' | 'signal' | 'report'> {
  /** Whose turn it is to ask a host; left out, each request goes when it comes. */
  readonly turns?: HostTurns;
}

export interface FetchOptions {
  /** Milliseconds for one answer, to the end of its body. */
  readonly timeoutMs?: number;
  /** The largest body that is taken, unpacked. */
  readonly mostBytes?: number;
  /**
   * Told of each failure that another request might not meet; gives that request, or null where this one is to be tried
   * again. Must give null in the end.
   */
  readonly revise?: (failure: RequestFailure) => AskedRequest | null;
}

export interface AskedRequest {
  readonly url: string;
  readonly request: Request;
}

export const ATTEMPTS = 8;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
/** The longest `Retry-After` that is waited for; a server that asks for more is given up on. */
export const LONGEST_ASKED_MS = 10 * 60_000;
export const TIMEOUT_MS = 120_000;
/** Room for a few of the largest items. */
const MOST_BODY_BYTES = 64 * 1024 * 1024;

/** Of the 5xx, those that say what a server never does (RFC 9110, section 15.6; 508 is a loop, 510 and 511 want more). */
const NEVER: ReadonlySet<number> = new Set([501, 505, 508, 510, 511]);

/** Whether a server that gave this status may answer when asked again; proxies have many a 5xx of their own. */
export function mayAnswerLater(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && !NEVER.has(status));
}

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
 * long as `Retry-After` wants; then nobody else asks the host either), a failed or hanging connection, or a body that
 * ends early or that `read` throws at. Throws `RefusedRequest` for any other status.
 */
export async function fetchBody<T>(
  url: string,
  request: Request,
  ports: WebPorts,
  read: (body: Buffer, answer: Answer) => Promise<T> | T,
  options: FetchOptions = {},
): Promise<T> {
  if (!URL.canParse(url)) throw new IngestionFailure('source', `${describeUrl(url)} is no URL`);
  let asked: AskedRequest = { url, request };
  for (let attempt = 1; ; attempt += 1) {
    stopIfInterrupted(ports.signal);
    const tried = await tryOnce(asked, ports, read, options);
    if (tried.kind === 'read') return tried.value;
    const revised = options.revise?.(tried.failure) ?? null;
    if (revised === null && (attempt === ATTEMPTS || !mayPass(tried.failure))) throw tried.error;
    const wait = chooseWait(attempt);
    ports.report({ kind: 'retry', of: 'source', reason: `${describeUrl(asked.url)}: ${tried.reason}` });
    await waitAfter(asked, tried, wait, ports);
    if (revised === null) continue;
    // Another request has all its attempts before it.
    asked = revised;
    attempt = 0;
  }
}

/** Milliseconds to wait after so many failed attempts, with jitter. */
export function chooseWait(attempt: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
}

type Tried<T> = { readonly kind: 'read'; readonly value: T } | Failed;

interface Failed {
  readonly kind: 'failed';
  readonly failure: RequestFailure;
  /** Milliseconds that the server asks for. */
  readonly asksFor: number;
  readonly reason: string;
  /** What is thrown where nothing helps. */
  readonly error: IngestionFailure;
}

async function tryOnce<T>(
  { url, request }: AskedRequest,
  ports: WebPorts,
  read: (body: Buffer, answer: Answer) => Promise<T> | T,
  { timeoutMs = TIMEOUT_MS, mostBytes = MOST_BODY_BYTES }: FetchOptions,
): Promise<Tried<T>> {
  const limits = { timeoutMs, mostBytes };
  const now = () => ask(url, request, ports, limits);
  try {
    const answer = await (ports.turns === undefined ? now() : ports.turns.take(url, now));
    const { status, headers, body } = answer;
    if (status >= 200 && status <= 299) return { kind: 'read', value: await read(body, answer) };
    const asksFor = readRetryAfter(headers.get('retry-after'), ports.clock.now());
    const error = new RefusedRequest(url, status, body.toString('utf8'));
    return { kind: 'failed', failure: { kind: 'status', status }, asksFor, reason: `answers ${status}`, error };
  } catch (cause) {
    if (cause instanceof IngestionFailure) throw cause;
    stopIfInterrupted(ports.signal);
    const reason = describeFetchError(cause);
    const error = new IngestionFailure('source', `${describeUrl(url)}: ${reason}`, { cause });
    return { kind: 'failed', failure: classifyError(cause), asksFor: 0, reason, error };
  }
}

/** Whether the same request may be answered when it comes again. */
function mayPass(failure: RequestFailure): boolean {
  return failure.kind === 'status' ? mayAnswerLater(failure.status) : failure.kind !== 'tooLarge';
}

/** What a server asks for, or a 429 without a word, is meant for everybody. */
async function waitAfter({ url }: AskedRequest, failed: Failed, wait: number, ports: WebPorts): Promise<void> {
  const { failure, asksFor } = failed;
  if (!mayPass(failure)) return;
  const longest = Math.max(wait, asksFor);
  if (failure.kind === 'status' && longest > LONGEST_ASKED_MS)
    throw new RefusedRequest(url, failure.status, `asks to come back in ${Math.round(longest / 1000)} s`);
  const isForAll = asksFor > 0 || (failure.kind === 'status' && failure.status === 429);
  if (isForAll) ports.turns?.rest(url, longest);
  await ports.clock.sleep(longest, ports.signal);
}

/** Milliseconds that a `Retry-After` in seconds or as a date asks for (RFC 9110, section 10.2.3). */
export function readRetryAfter(header: string | null, now: number): number {
  if (header === null) return 0;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
