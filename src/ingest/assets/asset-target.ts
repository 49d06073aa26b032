import { createHash, type Hash } from 'node:crypto';
import { failToRead, IngestionFailure } from '../failure.ts';
import { type ObjectLocation, parseObjectUrl } from '../objects/location.ts';
import { statObject } from '../objects/objects.ts';
import { putObject } from '../objects/upload.ts';
import type { Ports, WritePort } from '../ports.ts';
import { type Begun, type DownloadOptions, downloadFile, downloadObject, type Validator } from '../source/download.ts';
import { describeUrl } from '../source/link.ts';
import { RefusedRequest, type WebPorts } from '../source/request.ts';
import { type Checksum, isSum, startSum } from './checksum.ts';

export type AssetPorts = Pick<
  Ports,
  'pgstac' | 'files' | 'writes' | 'fetch' | 'objects' | 'clock' | 'signal' | 'report'
> &
  Pick<WebPorts, 'turns'>;

/** A file that is to be at `path` of the target, and what its bytes must sum up to. */
export interface AssetFile {
  readonly location: string;
  readonly path: string;
  readonly type: string | null;
  readonly checksum: Checksum | null;
}

/** Where assets go. What is at its path is whole: until then it has another name, or none. */
export interface AssetTarget {
  has(path: string): Promise<boolean>;
  /** Fetches it; gives the bytes that came over the network. Throws `IngestionFailure`. */
  fetch(file: AssetFile): Promise<number>;
}

/** A bucket, or a folder relative to the spec's. */
export function openTarget(to: string, ports: AssetPorts): AssetTarget {
  const bucket = parseObjectUrl(to);
  return bucket === null ? openFolder(to.replace(/\/+$/, ''), ports) : openBucket(bucket, ports);
}

function openBucket({ bucket, name }: ObjectLocation, ports: AssetPorts): AssetTarget {
  const prefix = name === '' ? '' : `${name.replace(/\/+$/, '')}/`;
  const locate = (path: string) => ({ bucket, name: `${prefix}${path}` });
  return {
    has: async (path) => (await statObject(locate(path), ports)) !== null,
    async fetch(file) {
      const counted = { bytes: 0 };
      // The last piece of an upload is sent after this has ended: what does not sum up is never stored.
      const body = watchContent(readContent(file.location, ports), file, null, counted);
      await putObject(locate(file.path), { type: file.type ?? 'application/octet-stream', body }, ports);
      return counted.bytes;
    },
  };
}

function openFolder(folder: string, ports: AssetPorts): AssetTarget {
  const locate = (path: string) => `${folder}/${path}`;
  return {
    has: async (path) => await ports.writes.has(locate(path)),
    async fetch(file) {
      const part = await ports.writes.openPart(locate(file.path));
      try {
        return await fillPart(part, file, ports);
      } finally {
        await part.close();
      }
    },
  };
}

type Part = Awaited<ReturnType<WritePort['openPart']>>;

/** Goes on with what an earlier start left of the same file, where the server can say that it still is the same. */
async function fillPart(part: Part, file: AssetFile, ports: AssetPorts): Promise<number> {
  const sum = file.checksum === null ? null : startSum(file.checksum);
  const begun = await recall(part, file, sum);
  if (begun === null) await part.empty();
  const note = (validator: Validator) => part.note(JSON.stringify({ of: describeUrl(file.location), ...validator }));
  const counted = { bytes: 0 };
  try {
    const content = readContent(file.location, ports, { begun, opened: note });
    for await (const chunk of watchContent(content, file, begun === null ? null : sum, counted))
      await part.write(chunk);
  } catch (error) {
    if (isAboutContent(error)) await part.empty();
    throw error;
  }
  await part.finish();
  return counted.bytes;
}

/** What is there of it may be why, so that the next attempt begins anew. A server that is away leaves a good beginning. */
function isAboutContent(error: unknown): boolean {
  if (!(error instanceof IngestionFailure) || error instanceof RefusedRequest) return false;
  return error.kind === 'source' && error.cause === undefined;
}

async function recall(part: Part, file: AssetFile, sum: Hash | null): Promise<Begun | null> {
  const { of, ...validator } = readNote(await part.readNote());
  if (part.size === 0 || of !== describeUrl(file.location)) return null;
  const { tag = null, generation = null } = validator;
  if (tag === null && generation === null) return null;
  const whole = createHash('sha256');
  for await (const chunk of part.read()) {
    whole.update(chunk);
    sum?.update(chunk);
  }
  return { given: part.size, sum: whole, validator: { tag, generation } };
}

function readNote(text: string | null): Partial<Validator> & { readonly of?: string } {
  try {
    return JSON.parse(text ?? '{}') as Partial<Validator> & { readonly of?: string };
  } catch {
    return {};
  }
}

function readContent(location: string, ports: AssetPorts, options?: DownloadOptions): AsyncIterable<Uint8Array> {
  const object = parseObjectUrl(location);
  if (object !== null) return downloadObject(object, ports, options);
  if (/^https?:/i.test(location)) return downloadFile(location, ports, options);
  return readLocal(location, ports);
}

async function* readLocal(path: string, { files }: AssetPorts): AsyncGenerator<Uint8Array> {
  try {
    yield* files.open(path);
  } catch (cause) {
    failToRead(path, cause);
  }
}

/** Sums up what comes; throws at its end where that is not what the item says. */
async function* watchContent(
  content: AsyncIterable<Uint8Array>,
  { location, checksum }: AssetFile,
  begun: Hash | null,
  counted: { bytes: number },
): AsyncGenerator<Uint8Array> {
  const sum = checksum === null ? null : (begun ?? startSum(checksum));
  for await (const chunk of content) {
    sum?.update(chunk);
    counted.bytes += chunk.length;
    yield chunk;
  }
  if (checksum !== null && sum !== null && !isSum(sum, checksum))
    throw new IngestionFailure(
      'source',
      `${describeUrl(location)} has another ${checksum.algorithm} than file:checksum`,
    );
}
