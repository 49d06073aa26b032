import { IngestionFailure, stopIfInterrupted } from '../failure.ts';
import type { Ports } from '../ports.ts';
import {
  type Answer,
  classifyError,
  describeFetchError,
  follow,
  type Request,
  type RequestFailure,
  readBeginning,
  readBody,
} from './answer.ts';
import type { HostTurns } from './host-turns.ts';
import { describeUrl, makePrintable } from './link.ts';

export interface WebPorts extends Pick<Ports, 'fetch' | 'clock' | 'signal' | 'report'> {
  /** Whose turn it is to ask a host; left out, each request goes when it comes. */
  readonly turns?: HostTurns;
}

/** What is asked for, and what becomes of its answer. */
export interface Asking<T> {
  /** Made anew for each attempt: what says who asks may expire. */
  readonly makeRequest: () => Request | Promise<Request>;
  /** Takes the answer; what it throws is a reason to ask again, unless it is an `IngestionFailure`. */
  readonly use: (response: Response, url: string) => Promise<T>;
  /** The time is for the whole answer, or for its head alone: then the body's is for who reads it to watch. */
  readonly patience: 'whole' | 'head';
  /** Milliseconds; two minutes unless told. */
  readonly timeoutMs?: number;
  /** Statuses besides 2xx that are an answer. */
  readonly wanted?: readonly number[];
  /**
   * Told of each failure that another request might not meet; gives that request, or null where this one is to be tried
   * again. Must give null in the end.
   */
  readonly revise?: (failure: RequestFailure) => AskedRequest | null;
}

export interface FetchOptions extends Pick<Asking<never>, 'timeoutMs' | 'revise'> {
  /** The largest body that is taken, unpacked. */
  readonly mostBytes?: number;
}

export interface AskedRequest {
  readonly url: string;
  readonly request: Request;
}

export const ATTEMPTS = 8;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
/** The longest `Retry-After` that is waited for; a server that asks for more is given up on. */
const LONGEST_ASKED_MS = 10 * 60_000;
const TIMEOUT_MS = 120_000;
/** Room for a few of the largest items. */
const MOST_BODY_BYTES = 64 * 1024 * 1024;

/** Of the 5xx, those that say what a server never does (RFC 9110, section 15.6; 508 is a loop, 510 and 511 want more). */
const NEVER: ReadonlySet<number> = new Set([501, 505, 508, 510, 511]);

/** Whether a server that gave this status may answer when asked again; proxies have many a 5xx of their own. */
function mayAnswerLater(status: number): boolean {
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

/** A body as a whole, read with `read`; what that throws is a reason to ask again. Else as `useAnswer`. */
export async function fetchBody<T>(
  url: string,
  request: Request,
  ports: WebPorts,
  read: (body: Buffer, answer: Answer) => Promise<T> | T,
  { mostBytes = MOST_BODY_BYTES, ...options }: FetchOptions = {},
): Promise<T> {
  const use = async (response: Response, finalUrl: string) => {
    const body = await readBody(response, mostBytes);
    return await read(body, { status: response.status, headers: response.headers, body, url: finalUrl });
  };
  return await useAnswer(url, { makeRequest: () => request, use, patience: 'whole', ...options }, ports);
}

/**
 * Asks, and gives what `use` makes of the answer. Waits and asks again, at most eight times, after a status that says so
 * (as long as `Retry-After` wants; then nobody else asks the host either), a failed or hanging connection, or an answer
 * that `use` throws at. Throws `RefusedRequest` for any other status.
 */
export async function useAnswer<T>(url: string, asking: Asking<T>, ports: WebPorts): Promise<T> {
  if (!URL.canParse(url)) throw new IngestionFailure('source', `${describeUrl(url)} is no URL`);
  let [asked, makeRequest] = [url, asking.makeRequest];
  for (let attempt = 1; ; attempt += 1) {
    stopIfInterrupted(ports.signal);
    const tried = await tryOnce(asked, { ...asking, makeRequest }, ports);
    if (tried.kind === 'used') return tried.value;
    const revised = asking.revise?.(tried.failure) ?? null;
    if (revised === null && (attempt === ATTEMPTS || !mayPass(tried.failure))) throw tried.error;
    const wait = chooseWait(attempt);
    ports.report({ kind: 'retry', of: 'source', reason: `${describeUrl(asked)}: ${tried.reason}` });
    await waitAfter(asked, tried, wait, ports);
    if (revised === null) continue;
    // Another request has all its attempts before it.
    [asked, makeRequest] = [revised.url, () => revised.request];
    attempt = 0;
  }
}

/** Milliseconds to wait after so many failed attempts, with jitter. */
export function chooseWait(attempt: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
}

type Tried<T> = { readonly kind: 'used'; readonly value: T } | Failed;

interface Failed {
  readonly kind: 'failed';
  readonly failure: RequestFailure;
  /** Milliseconds that the server asks for. */
  readonly asksFor: number;
  readonly reason: string;
  /** What is thrown where nothing helps. */
  readonly error: IngestionFailure;
}

async function tryOnce<T>(url: string, asking: Asking<T>, ports: WebPorts): Promise<Tried<T>> {
  const now = () => askOnce(url, asking, ports);
  try {
    return await (ports.turns === undefined ? now() : ports.turns.take(url, now));
  } catch (cause) {
    if (cause instanceof IngestionFailure) throw cause;
    stopIfInterrupted(ports.signal);
    const reason = describeFetchError(cause);
    return { kind: 'failed', failure: classifyError(cause), asksFor: 0, reason, error: giveUp(url, cause) };
  }
}

async function askOnce<T>(url: string, asking: Asking<T>, ports: WebPorts): Promise<Tried<T>> {
  const { makeRequest, use, patience, timeoutMs = TIMEOUT_MS, wanted = [] } = asking;
  const timer = startTimer(ports.signal, timeoutMs);
  try {
    const { response, finalUrl } = await follow(url, await makeRequest(), ports, timer.signal);
    const { status, headers, ok } = response;
    if (ok || wanted.includes(status)) {
      if (patience === 'head') timer.stop();
      return { kind: 'used', value: await use(response, finalUrl) };
    }
    const error = new RefusedRequest(url, status, (await readBeginning(response)).toString('utf8'));
    const asksFor = readRetryAfter(headers.get('retry-after'), ports.clock.now());
    return { kind: 'failed', failure: { kind: 'status', status }, asksFor, reason: `answers ${status}`, error };
  } finally {
    timer.stop();
  }
}

/** What is said of an address that never answered well. */
export function giveUp(url: string, cause: unknown): IngestionFailure {
  return new IngestionFailure('source', `${describeUrl(url)}: ${describeFetchError(cause)}`, { cause });
}

/** A signal that is aborted with the other one, and, where it is not stopped before, after so many milliseconds. */
function startTimer(signal: AbortSignal, milliseconds: number): { readonly signal: AbortSignal; stop(): void } {
  const timeout = new AbortController();
  const late = () => timeout.abort(new DOMException(`no answer within ${milliseconds / 1000} s`, 'TimeoutError'));
  const timer = setTimeout(late, milliseconds);
  return { signal: AbortSignal.any([signal, timeout.signal]), stop: () => clearTimeout(timer) };
}

/** Whether the same request may be answered when it comes again. */
function mayPass(failure: RequestFailure): boolean {
  return failure.kind === 'status' ? mayAnswerLater(failure.status) : failure.kind !== 'tooLarge';
}

/** What a server asks for, or a 429 without a word, is meant for everybody. */
async function waitAfter(url: string, failed: Failed, wait: number, ports: WebPorts): Promise<void> {
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
