import { IngestionFailure } from '../failure.ts';
import type { FetchRequest, Ports } from '../ports.ts';
import { describeUrl, makePrintable, resolveUrl } from './link.ts';

export type Request = Omit<FetchRequest, 'signal' | 'redirect'>;

/** What went wrong with one request; `status` is one that the server gave. */
export type RequestFailure =
  | { readonly kind: 'status'; readonly status: number }
  /** No answer, or not all of one, within the time. */
  | { readonly kind: 'timeout' }
  /** The connection ended before the answer did, or the answer is not all of what it should be. */
  | { readonly kind: 'brokenOff' }
  /** Nobody is there. */
  | { readonly kind: 'unreachable' }
  /** The body is larger than what is taken. */
  | { readonly kind: 'tooLarge' };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** Behind any redirects. */
  readonly url: string;
}

const MOST_REDIRECTS = 5;
/** As much of an error's body is read as a message may have of it. */
const MOST_ERROR_BYTES = 64 * 1024;

class BodyTooLarge extends Error {}

/** The answer behind any redirects, asked for with the same method and body (but for 303, RFC 9110, section 15.4.4). */
export async function follow(
  url: string,
  request: Request,
  ports: Pick<Ports, 'fetch'>,
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
    if (new URL(next).origin !== new URL(finalUrl).origin)
      current = { ...current, headers: keepPublic(current.headers) };
    finalUrl = next;
  }
}

/** Headers that say nothing of who asks: that is the first server's business alone, whatever it is called. */
const PUBLIC_HEADERS: ReadonlySet<string> = new Set(['accept', 'content-type', 'range', 'if-range']);

function keepPublic(headers: Request['headers']): Request['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => PUBLIC_HEADERS.has(name.toLowerCase())));
}

/** A body to its end; throws where it is larger than `most`. */
export async function readBody(response: Response, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > most) throw new BodyTooLarge(`the answer is larger than ${Math.floor(most / 1024 / 1024)} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Of an error's body, what a message may have. */
export async function readBeginning(response: Response): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    size += part.length;
    if (size > MOST_ERROR_BYTES) break;
  }
  return Buffer.concat(parts);
}

const UNREACHABLE: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
]);

interface ErrorLike {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly cause?: unknown;
}

/** By its members: an error of another realm is no `Error`, nor are all that streams throw. */
function readError(error: unknown): ErrorLike {
  return typeof error === 'object' && error !== null ? error : {};
}

/** What an error of a request, or of who reads its answer, says of it. */
export function classifyError(error: unknown): RequestFailure {
  if (error instanceof BodyTooLarge) return { kind: 'tooLarge' };
  const { name, cause } = readError(error);
  if (name === 'TimeoutError') return { kind: 'timeout' };
  const { code } = readError(cause);
  return UNREACHABLE.has(code) ? { kind: 'unreachable' } : { kind: 'brokenOff' };
}

/** fetch hides what went wrong in the cause, and names whole URLs. */
export function describeFetchError(error: unknown): string {
  const { message = String(error), cause } = readError(error);
  const { message: why = '' } = readError(cause);
  const said = why === '' ? message : `${message} (${why})`;
  return makePrintable(said.replace(/\bhttps?:\/\/\S+/gi, describeUrl));
}
