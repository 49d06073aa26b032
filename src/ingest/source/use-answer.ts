import { IngestionFailure, stopIfInterrupted } from '../failure.ts';
import { describeFetchError, follow, type Request } from './answer.ts';
import { describeUrl } from './link.ts';
import {
  ATTEMPTS,
  chooseWait,
  LONGEST_ASKED_MS,
  mayAnswerLater,
  RefusedRequest,
  readRetryAfter,
  TIMEOUT_MS,
  type WebPorts,
} from './request.ts';

export interface Asking<T> {
  /** Made anew for each attempt: what says who asks may expire. */
  readonly makeRequest: () => Request | Promise<Request>;
  /** Takes the answer; what it throws is a reason to ask again, unless it is an `IngestionFailure`. */
  readonly use: (response: Response, url: string) => Promise<T>;
  /** Two minutes for the whole answer, or for its head alone: then the body's time is for who reads it to watch. */
  readonly patience: 'whole' | 'head';
  /** Statuses besides 2xx that are an answer. */
  readonly wanted?: readonly number[];
}

/** As `fetchBody`, for any use of an answer. */
export async function useAnswer<T>(url: string, asking: Asking<T>, ports: WebPorts): Promise<T> {
  if (!URL.canParse(url)) throw new IngestionFailure('source', `${describeUrl(url)} is no URL`);
  for (let attempt = 1; ; attempt += 1) {
    stopIfInterrupted(ports.signal);
    const tried = await tryOnce(url, asking, ports);
    if (tried.kind === 'used') return tried.value;
    if (attempt === ATTEMPTS || !tried.mayPass) throw tried.error;
    const wait = Math.max(chooseWait(attempt), tried.asksFor);
    if (wait > LONGEST_ASKED_MS) throw tried.error;
    ports.report({ kind: 'retry', of: 'source', reason: tried.error.message });
    await ports.clock.sleep(wait, ports.signal);
  }
}

type Tried<T> =
  | { readonly kind: 'used'; readonly value: T }
  /** `asksFor`: milliseconds that the server wants to be left alone. */
  | { readonly kind: 'failed'; readonly mayPass: boolean; readonly asksFor: number; readonly error: IngestionFailure };

async function tryOnce<T>(
  url: string,
  { makeRequest, use, patience, wanted = [] }: Asking<T>,
  ports: WebPorts,
): Promise<Tried<T>> {
  const timer = startTimer(ports.signal);
  try {
    const { response, finalUrl } = await follow(url, await makeRequest(), ports, timer.signal);
    if (patience === 'head') timer.stop();
    const { status, headers, ok } = response;
    if (ok || wanted.includes(status)) return { kind: 'used', value: await use(response, finalUrl) };
    const error = new RefusedRequest(url, status, await response.text());
    const asksFor = readRetryAfter(headers.get('retry-after'), ports.clock.now());
    return { kind: 'failed', mayPass: mayAnswerLater(status), asksFor, error };
  } catch (cause) {
    if (cause instanceof IngestionFailure) throw cause;
    stopIfInterrupted(ports.signal);
    return { kind: 'failed', mayPass: true, asksFor: 0, error: giveUp(url, cause) };
  } finally {
    timer.stop();
  }
}

/** What is said of an address that never answered well. */
export function giveUp(url: string, cause: unknown): IngestionFailure {
  return new IngestionFailure('source', `${describeUrl(url)}: ${describeFetchError(cause)}`, { cause });
}

/** A signal that is aborted with the other one, and where it is not stopped before, after the time an answer has. */
function startTimer(signal: AbortSignal): { readonly signal: AbortSignal; stop(): void } {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
  return { signal: AbortSignal.any([signal, timeout.signal]), stop: () => clearTimeout(timer) };
}
