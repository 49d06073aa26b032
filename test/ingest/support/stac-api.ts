import { parseInstant } from '../../../src/ingest/item/instant.ts';
import type { OpenSource } from '../../../src/ingest/source/document.ts';
import { openStacApi, type StacApiOptions } from '../../../src/ingest/source/stac-api/open.ts';
import type { StacApiSource } from '../../../src/model/platform.ts';
import { makeCollection } from './items.ts';
import { readParts } from './source.ts';
import { type Answer, makeWebPorts, send, serve } from './web.ts';

export function makeStacApiSource(url: string, changes: Partial<StacApiSource> = {}): StacApiSource {
  return {
    kind: 'stacApi',
    url,
    collections: ['scenes'],
    bbox: null,
    datetime: null,
    query: null,
    intersects: null,
    ids: null,
    filter: null,
    sortby: null,
    pageSize: 100,
    requests: { atOnce: 2, perSecond: null },
    ...changes,
  };
}

/** Opened for one shard that is the whole run, unless told otherwise. */
export function openApi(
  source: StacApiSource,
  ports: StacApiOptions['ports'] = makeWebPorts(),
  changes: Partial<StacApiOptions> = {},
): OpenSource {
  const planned = parseInstant('2024-06-15') as bigint;
  const whole = { periods: [], shard: 1, shards: 1, shardBy: 'none', limit: null, planned } as const;
  return openStacApi(source, { ...whole, ports, ...changes });
}

const item = 'https://api.stacspec.org/v1.0.0/item-search';
const allClasses = [
  ...['https://api.stacspec.org/v1.0.0/core', item, `${item}#query`, `${item}#filter`, `${item}#sort`],
  ...['cql2-json', 'cql2-text'].map((name) => `http://www.opengis.net/spec/cql2/1.0/conf/${name}`),
];

/** A landing page; what is given replaces its members, `undefined` takes one away. */
export function makeLanding(changes: object = {}): object {
  const links = ['GET', 'POST'].map((method) => ({ rel: 'search', href: './search', method }));
  return { type: 'Catalog', id: 'api', stac_version: '1.0.0', conformsTo: allClasses, links, ...changes };
}

/** An API on loopback until the test ends, with a landing page and a collection; the rest is `answer`'s. */
export async function serveApi(answer: Answer, landing: object = makeLanding()): Promise<string> {
  return await serve((request, body, response, origin) => {
    if (request.url === '/') return send(response, landing);
    if (request.url?.startsWith('/collections/')) return send(response, makeCollection());
    return answer(request, body, response, origin);
  });
}

/** Collections, then items, as texts. */
export async function readTexts(source: OpenSource, given: readonly string[] = []): Promise<string[]> {
  const texts: string[] = [];
  for await (const { bytes } of source.collections(new Set(given))) texts.push(bytes.toString());
  for await (const { bytes } of readParts(source)) texts.push(bytes.toString());
  return texts;
}

export const page = (features: readonly unknown[], ...links: object[]) => ({
  type: 'FeatureCollection',
  features,
  links,
});
