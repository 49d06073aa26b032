import { createHash, type Hash } from 'node:crypto';
import { IngestionFailure, stopIfInterrupted } from '../failure.ts';
import { formatObjectUrl, type ObjectLocation } from '../objects/location.ts';
import { describeObject, explainRefusal, type ObjectPorts } from '../objects/objects.ts';
import { describeUrl } from './link.ts';
import { ATTEMPTS, chooseWait, giveUp, RefusedRequest, useAnswer, type WebPorts } from './request.ts';

/** After so many bytes a download that breaks again has all its attempts before it again. */
const PROGRESS_BYTES = 1024 * 1024;

/** What is downloaded: its address, and who asks for it. */
interface Remote {
  /** As it is called in messages. */
  readonly name: string;
  readonly url: string;
  readonly authorize: () => Promise<Readonly<Record<string, string>>>;
}

/** By what a server tells whether a part is of the same file: a strong entity tag, or a generation. */
export interface Validator {
  readonly tag: string | null;
  readonly generation: string | null;
}

/** What there is of a file already, and the sha256 of it. */
export interface Begun {
  readonly given: number;
  readonly sum: Hash;
  readonly validator: Validator;
}

export interface DownloadOptions {
  /** Of an earlier process; the download goes on from there. */
  readonly begun?: Begun | null;
  /** Told by what the rest could be asked for later, before the first byte. */
  readonly opened?: (validator: Validator) => Promise<void>;
  /** Told where the file is, behind any redirects. */
  readonly found?: (url: string) => void;
}

/**
 * A file of the web, in pieces, at any size. Where the connection breaks in the middle it goes on from there (RFC 9110,
 * sections 13.1.5 and 14), or from the beginning where the server does not know ranges, and then without giving a byte
 * twice. Waits and asks again as `useAnswer` does.
 *
 * @throws IngestionFailure where no attempt helps, where the file changes meanwhile, and where its end could not be told
 * from a broken connection.
 */
export function downloadFile(url: string, ports: WebPorts, options: DownloadOptions = {}): AsyncGenerator<Buffer> {
  return new Download({ name: describeUrl(url), url, authorize: async () => ({}) }, ports, options).read();
}

/** The same for an object of Cloud Storage: all of it is of one generation. */
export function downloadObject(
  location: ObjectLocation,
  ports: ObjectPorts,
  options: DownloadOptions = {},
): AsyncGenerator<Buffer> {
  const { authorize } = ports.objects;
  const url = `${describeObject(location, ports)}?alt=media`;
  return new Download({ name: formatObjectUrl(location), url, authorize }, ports, options).read();
}

class Download {
  readonly #remote: Remote;
  readonly #ports: WebPorts;
  readonly #options: DownloadOptions;
  /** Bytes given so far, and their sum. */
  #given = 0;
  readonly #sum: Hash;
  /** Of the whole file, where the server says it. */
  #length: number | null = null;
  /** What a part must be of: a strong entity tag, or a generation. */
  #tag: string | null = null;
  #generation: string | null = null;

  constructor(remote: Remote, ports: WebPorts, options: DownloadOptions) {
    const { begun } = options;
    this.#remote = remote;
    this.#ports = ports;
    this.#options = options;
    this.#given = begun?.given ?? 0;
    this.#sum = begun?.sum ?? createHash('sha256');
    this.#tag = begun?.validator.tag ?? null;
    this.#generation = begun?.validator.generation ?? null;
  }

  async *read(): AsyncGenerator<Buffer> {
    for (let failures = 0; ; ) {
      const response = await this.#open();
      const before = this.#given;
      try {
        yield* this.#readBody(response);
        return;
      } catch (error) {
        if (error instanceof IngestionFailure) throw error;
        stopIfInterrupted(this.#ports.signal);
        failures = this.#given - before >= PROGRESS_BYTES ? 1 : failures + 1;
        const failure = giveUp(this.#remote.name, error);
        if (failures === ATTEMPTS) throw failure;
        this.#ports.report({ kind: 'retry', of: 'source', reason: failure.message });
        await this.#ports.clock.sleep(chooseWait(failures), this.#ports.signal);
      }
    }
  }

  async #open(): Promise<Response> {
    const { name, url, authorize } = this.#remote;
    let headers: Readonly<Record<string, string>> = {};
    const makeRequest = async () => {
      headers = await authorize();
      // A part of an answer that was packed on the way is no part of the file.
      return {
        method: 'GET' as const,
        headers: { ...headers, 'accept-encoding': 'identity', ...this.#describePart() },
      };
    };
    const asked = this.#generation === null ? url : `${url}&generation=${this.#generation}`;
    const use = async (response: Response, finalUrl: string) => {
      this.#options.found?.(finalUrl);
      return response;
    };
    try {
      return await useAnswer(asked, { makeRequest, use, patience: 'head' }, this.#ports);
    } catch (error) {
      const isGone = error instanceof RefusedRequest && [404, 412, 416].includes(error.status);
      if (isGone && this.#given > 0) throw changed(name);
      throw name.startsWith('gs:') ? explainRefusal(error, name, headers) : error;
    }
  }

  /** Nothing where the server could not say whether a part is of the same file. */
  #describePart(): Readonly<Record<string, string>> {
    if (this.#given === 0 || (this.#tag === null && this.#generation === null)) return {};
    const range = { range: `bytes=${this.#given}-` };
    return this.#generation === null ? { ...range, 'if-range': this.#tag as string } : range;
  }

  async *#readBody(response: Response): AsyncGenerator<Buffer> {
    const isPart = response.status === 206;
    if (isPart) this.#checkPart(response);
    else {
      this.#look(response);
      await this.#options.opened?.({ tag: this.#tag, generation: this.#generation });
    }
    // fetch gives up on a body that stays silent for five minutes.
    const chunks = toBuffers(response);
    for await (const chunk of isPart || this.#given === 0 ? chunks : this.#passOver(chunks)) {
      this.#given += chunk.length;
      this.#sum.update(chunk);
      yield chunk;
    }
    if (this.#length !== null && this.#given !== this.#length)
      throw new Error(`the answer ends after ${this.#given} of ${this.#length} bytes`);
  }

  #checkPart({ headers }: Response): void {
    const [, from, of] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
    const isOther = of !== '*' && this.#length !== null && Number(of) !== this.#length;
    if (Number(from) !== this.#given || isOther) throw changed(this.#remote.name);
  }

  #look({ headers }: Response): void {
    const length = headers.get('content-length');
    if (length === null && !/\bchunked\b/i.test(headers.get('transfer-encoding') ?? ''))
      throw new IngestionFailure(
        'source',
        `${this.#remote.name}: the server says neither how long the file is nor where it ends, so a broken connection would look like its end`,
        { hint: 'download it by other means, and name the file' },
      );
    const isPacked = (headers.get('content-encoding') ?? 'identity') !== 'identity';
    const tag = headers.get('etag');
    this.#length = isPacked || length === null ? null : Number(length);
    this.#tag = isPacked || tag?.startsWith('"') !== true ? null : tag;
    this.#generation = isPacked ? null : headers.get('x-goog-generation');
  }

  /** What comes after the bytes given so far, once they turn out to be the same. */
  async *#passOver(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const sum = createHash('sha256');
    let left = this.#given;
    const expected = this.#sum.copy().digest('hex');
    for await (const chunk of chunks) {
      if (left > 0) {
        const known = chunk.subarray(0, left);
        sum.update(known);
        left -= known.length;
        if (left > 0) continue;
        if (sum.digest('hex') !== expected) throw changed(this.#remote.name);
        if (known.length < chunk.length) yield chunk.subarray(known.length);
      } else yield chunk;
    }
    if (left > 0 && this.#length !== null && this.#length < this.#given) throw changed(this.#remote.name);
    if (left > 0) throw new Error('the answer ends early');
  }
}

async function* toBuffers({ body }: Response): AsyncGenerator<Buffer> {
  for await (const chunk of body ?? []) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** A file that is another one than it was when its reading began. */
export function changed(name: string): IngestionFailure {
  return new IngestionFailure('source', `${name} changed while it was being read`, {
    hint: 'what is committed is kept; run it again once the file stays as it is',
  });
}
