import { createHash } from 'node:crypto';
import { IngestionFailure } from '../failure.ts';
import { RefusedRequest, useAnswer } from '../source/request.ts';
import { formatObjectUrl, type ObjectLocation } from './location.ts';
import {
  explainRefusal,
  type ObjectPorts,
  type ObjectState,
  type RawObject,
  readState,
  statObject,
} from './objects.ts';

/** Held until the server has it, so that a break costs no more; the protocol wants a multiple of 256 KiB. */
const CHUNK_BYTES = 8 * 1024 * 1024;

/** Where an upload is: the server has everything before `offset`; with the last bytes it gives the object. */
type Answer =
  | { readonly kind: 'more'; readonly offset: number }
  | { readonly kind: 'done'; readonly state: ObjectState };

/**
 * Writes an object by Cloud Storage's resumable upload: after a break the server is asked how far it came, and only what
 * it lacks is sent again. The object is there whole or not at all.
 *
 * @throws IngestionFailure with the object's name where it is refused, no attempt helps, or something else was stored.
 */
export async function putObject(
  location: ObjectLocation,
  content: { readonly type: string; readonly body: AsyncIterable<Uint8Array> },
  ports: ObjectPorts,
): Promise<ObjectState> {
  const session = await startUpload(location, content.type, ports);
  const sum = createHash('md5');
  let sent = 0;
  for await (const { bytes, isLast } of cutChunks(content.body)) {
    sum.update(bytes);
    const answer = await sendChunk(session, { bytes, from: sent, isLast }, location, ports).catch((error: unknown) => {
      if (isLast && error instanceof RefusedRequest && [404, 410].includes(error.status)) return null;
      throw error;
    });
    if (answer?.kind === 'more' && !isLast) {
      sent += bytes.length;
      continue;
    }
    // An upload that is over may be forgotten before its end was heard of here.
    const state = answer?.kind === 'done' ? answer.state : await statObject(location, ports);
    if (state?.md5 === sum.digest('base64')) return state;
  }
  throw new IngestionFailure('source', `${formatObjectUrl(location)}: what was stored is not what was sent`);
}

/** The address that the content goes to. It is a secret: whoever has it may write the object. */
async function startUpload({ bucket, name }: ObjectLocation, type: string, ports: ObjectPorts): Promise<string> {
  const query = new URLSearchParams({ uploadType: 'resumable', name });
  const url = `${ports.objects.origin}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`;
  const headers = await ports.objects.authorize();
  const makeRequest = () => ({
    method: 'POST' as const,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ contentType: type }),
  });
  const use = async (response: Response) => {
    await response.body?.cancel();
    const address = response.headers.get('location');
    if (address === null) throw new Error('the upload was given no address');
    return address;
  };
  try {
    return await useAnswer(url, { makeRequest, use, patience: 'whole' }, ports);
  } catch (error) {
    throw explainRefusal(error, formatObjectUrl({ bucket, name }), headers);
  }
}

interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its place in the object. */
  readonly from: number;
  readonly isLast: boolean;
}

/** Sends a chunk until the server has all of it. */
async function sendChunk(session: string, chunk: Chunk, location: ObjectLocation, ports: ObjectPorts): Promise<Answer> {
  const end = chunk.from + chunk.bytes.length;
  let at = chunk.from;
  let isFirst = true;
  for (;;) {
    const makeRequest = async () => {
      // After a break the server alone knows what arrived, so it is asked first.
      if (!isFirst) return describePut(new Uint8Array(), 'bytes */*');
      isFirst = false;
      const bytes = chunk.bytes.subarray(at - chunk.from);
      const total = chunk.isLast ? end : '*';
      return describePut(bytes, bytes.length === 0 ? `bytes */${total}` : `bytes ${at}-${end - 1}/${total}`);
    };
    const answer = await ask(session, makeRequest, location, ports);
    if (answer.kind === 'done') return answer;
    if (answer.offset < chunk.from || answer.offset > end)
      throw new IngestionFailure('source', `${formatObjectUrl(location)}: the server lost a part of the upload`);
    if (answer.offset === end && !chunk.isLast) return answer;
    at = answer.offset;
    isFirst = true;
  }
}

function describePut(body: Uint8Array<ArrayBuffer>, range: string) {
  return { method: 'PUT' as const, headers: { 'content-range': range }, body };
}

async function ask(
  session: string,
  makeRequest: () => Promise<ReturnType<typeof describePut>>,
  location: ObjectLocation,
  ports: ObjectPorts,
): Promise<Answer> {
  const use = async (response: Response): Promise<Answer> => {
    const text = await response.text();
    if (response.ok) return { kind: 'done', state: readState(JSON.parse(text) as RawObject) };
    const last = /^bytes=0-(\d+)$/.exec(response.headers.get('range') ?? '')?.[1];
    return { kind: 'more', offset: last === undefined ? 0 : Number(last) + 1 };
  };
  try {
    return await useAnswer(session, { makeRequest, use, patience: 'whole', wanted: [308] }, ports);
  } catch (error) {
    throw explainRefusal(error, formatObjectUrl(location), await ports.objects.authorize());
  }
}

/** The content in chunks of one size, but for the last, which may be empty. */
async function* cutChunks(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly isLast: boolean }> {
  let chunk = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  for await (const part of body) {
    for (let at = 0; at < part.length; ) {
      if (filled === CHUNK_BYTES) {
        yield { bytes: chunk, isLast: false };
        [chunk, filled] = [new Uint8Array(CHUNK_BYTES), 0];
      }
      const taken = Math.min(part.length - at, CHUNK_BYTES - filled);
      chunk.set(part.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
    }
  }
  yield { bytes: chunk.subarray(0, filled), isLast: true };
}
