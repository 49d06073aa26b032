import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { listenOn } from './listen.ts';
import { sharedRoot } from './root.ts';

export interface StacApi {
  readonly url: string;
  readonly items: number;
  /** Awaited before each page of items is answered, with the number of items that were sent before it. */
  beforePage: (from: number) => Promise<void>;
}

/** A STAC API on loopback with the real items of one folder of ../shared/data, in pages of as many as are asked for. */
export async function startStacApi(folder: string): Promise<StacApi> {
  const read = (file: string) => readFileSync(join(sharedRoot, 'data', folder, file), 'utf8');
  const collection = read('collection.json');
  const lines = read('items.ndjson').trimEnd().split('\n');
  const api = { url: '', items: lines.length, beforePage: async (_: number) => {} };
  const server = createServer(async (request, response) => {
    if (request.url === '/') return send(response, JSON.stringify(landing));
    if (request.url?.startsWith('/collections/')) return send(response, collection);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { limit = 100, token: from = 0 } = JSON.parse(Buffer.concat(parts).toString()) as {
      limit?: number;
      token?: number;
    };
    await api.beforePage(from);
    const next = { rel: 'next', method: 'POST', href: '/search', body: { token: from + limit }, merge: true };
    const links = from + limit < lines.length ? [next] : [];
    const features = lines.slice(from, from + limit).join(',');
    return send(response, `{"type":"FeatureCollection","features":[${features}],"links":${JSON.stringify(links)}}`);
  });
  server.keepAliveTimeout = 600_000;
  api.url = `http://127.0.0.1:${await listenOn(server)}`;
  started.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return api;
}

/** What a STAC API says of itself at its root. */
const landing = {
  type: 'Catalog',
  stac_version: '1.0.0',
  id: 'loopback',
  description: 'Items of one collection.',
  conformsTo: ['https://api.stacspec.org/v1.0.0/core', 'https://api.stacspec.org/v1.0.0/item-search'],
  links: [{ rel: 'search', href: '/search', method: 'POST' }],
};

const started: (() => void)[] = [];

afterAll(() => {
  for (const stop of started.splice(0)) stop();
});

function send(response: ServerResponse, text: string): void {
  response.setHeader('content-type', 'application/json').end(text);
}
