import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pystac10, pystac11, pythonTool } from '../../support/python.ts';

/** JSON Schemas by their address. */
export type Schemas = ReadonlyMap<string, string>;

/** STAC's own schemas of 1.0.0 and 1.1.0 and GeoJSON's, as pystac brings them: at the addresses they are published at. */
export async function readCoreSchemas(): Promise<Schemas> {
  const found = new Map<string, string>();
  for (const [version, requirements] of [
    ['1.0.0', pystac10],
    ['1.1.0', pystac11],
  ] as const) {
    const { python } = await pythonTool(requirements);
    const library = join(python, '../../lib');
    const [name = ''] = readdirSync(library);
    const folder = join(library, name, 'site-packages/pystac/validation/jsonschemas');
    const read = (path: string) => readFileSync(join(folder, path), 'utf8');
    for (const file of readdirSync(join(folder, 'geojson')))
      if (file.endsWith('.json')) found.set(`https://geojson.org/schema/${file}`, read(`geojson/${file}`));
    for (const file of readdirSync(join(folder, `stac-spec/v${version}`))) {
      const room = ['catalog.json', 'collection.json'].includes(file) ? file.replace('.json', '') : 'item';
      if (file.endsWith('.json'))
        found.set(
          `https://schemas.stacspec.org/v${version}/${room}-spec/json-schema/${file}`,
          read(`stac-spec/v${version}/${file}`),
        );
    }
  }
  return found;
}

/** An extension as the template of stac-extensions has it: for items and for collections. */
export function makeExtension(url: string, fields: object, changes: object = {}): string {
  const named = { stac_extensions: { type: 'array', contains: { const: url } } };
  return JSON.stringify({
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `${url}#`,
    oneOf: [
      {
        allOf: [
          {
            type: 'object',
            required: ['type', 'properties', 'assets'],
            properties: {
              type: { const: 'Feature' },
              properties: { $ref: '#/definitions/fields' },
              assets: { type: 'object', additionalProperties: { $ref: '#/definitions/fields' } },
            },
          },
          { required: ['stac_extensions'], properties: named },
        ],
      },
      { type: 'object', required: ['type'], properties: { type: { const: 'Collection' } } },
    ],
    definitions: { fields: { type: 'object', ...fields } },
    ...changes,
  });
}

/** A real HTTP server that has the schemas below their hosts; `fetch` goes there in place of the web. */
export async function serveSchemas(schemas: Schemas) {
  const asked: string[] = [];
  const failures = new Map<string, number>();
  const server = createServer((request, response) => {
    const url = `https://${(request.url ?? '').slice(1)}`;
    asked.push(url);
    const left = failures.get(url) ?? 0;
    failures.set(url, left - 1);
    if (left > 0) return response.writeHead(503).end();
    const text = schemas.get(url);
    return text === undefined ? response.writeHead(404).end('no such page') : response.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    failures,
    fetch: (url: string, request: object) => fetch(url.replace(/^https:\/\//, `${origin}/`), request),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
