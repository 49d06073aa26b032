import type { Ports } from '../ports.ts';
import { fetchBody, RefusedRequest, type WebPorts } from '../source/request.ts';
import { formatObjectUrl, type ObjectLocation } from './location.ts';

export type ObjectPorts = WebPorts & Pick<Ports, 'objects'>;

/** An object as it is now: each time it is written it gets another generation. */
export interface ObjectState {
  readonly name: string;
  readonly generation: string;
  /** Bytes. */
  readonly size: number;
  /** Of its bytes, in base64; null where it was composed of others. */
  readonly md5: string | null;
}

const FIELDS = 'name,generation,size,md5Hash';

/** The objects whose names begin with a prefix, in the order of their names' bytes in UTF-8. */
export async function* listObjects(
  { bucket, name: prefix }: ObjectLocation,
  ports: ObjectPorts,
): AsyncGenerator<ObjectState> {
  let pageToken = '';
  do {
    const query = new URLSearchParams({ prefix, maxResults: '1000', fields: `items(${FIELDS}),nextPageToken` });
    if (pageToken !== '') query.set('pageToken', pageToken);
    const url = `${ports.objects.origin}/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`;
    const page = await askStorage<{ items?: readonly RawObject[]; nextPageToken?: string }>(
      url,
      formatObjectUrl({ bucket, name: prefix }),
      ports,
    );
    for (const raw of page.items ?? []) yield readState(raw);
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
}

/** Null where there is none. */
export async function statObject(location: ObjectLocation, ports: ObjectPorts): Promise<ObjectState | null> {
  try {
    const url = `${describeObject(location, ports)}?fields=${FIELDS}`;
    return readState(await askStorage<RawObject>(url, formatObjectUrl(location), ports));
  } catch (error) {
    if (error instanceof RefusedRequest && error.status === 404) return null;
    throw error;
  }
}

/** Its address in the JSON API; `?alt=media` gives its bytes. */
export function describeObject({ bucket, name }: ObjectLocation, { objects }: Pick<ObjectPorts, 'objects'>): string {
  return `${objects.origin}/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
}

/** The JSON API's numbers are texts. */
export interface RawObject {
  readonly name: string;
  readonly generation: string;
  readonly size: string;
  readonly md5Hash?: string;
}

export function readState({ name, generation, size, md5Hash }: RawObject): ObjectState {
  return { name, generation: String(generation), size: Number(size), md5: md5Hash ?? null };
}

async function askStorage<T>(url: string, what: string, ports: ObjectPorts): Promise<T> {
  const headers = await ports.objects.authorize();
  try {
    return await fetchBody(url, { method: 'GET', headers }, ports, (body) => JSON.parse(body.toString('utf8')) as T);
  } catch (error) {
    throw explainRefusal(error, what, headers);
  }
}

/** The JSON API's addresses mean nothing to who wrote `gs://…`. */
export function explainRefusal(error: unknown, what: string, headers: Readonly<Record<string, string>>): unknown {
  if (!(error instanceof RefusedRequest)) return error;
  return new RefusedRequest(what, error.status, error.said, hintFor(error.status, 'authorization' in headers));
}

function hintFor(status: number, loggedIn: boolean): string | undefined {
  if (status === 404) return 'check the bucket and the name; names are matched letter by letter';
  if (status !== 401 && status !== 403) return undefined;
  return loggedIn
    ? 'grant the account that runs this the right to the bucket, e.g. roles/storage.objectViewer to read it'
    : 'nobody is logged in, so only public buckets can be read: gcloud auth application-default login';
}
