import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createFilePort } from '../../src/cli/file-port.ts';
import { openCatalog } from '../../src/ingest/source/catalog.ts';
import type { OpenSource } from '../../src/ingest/source/document.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeCollection, makeItem } from './support/items.ts';
import { readParts } from './support/source.ts';
import { makeWebPorts as makePorts, send, serve } from './support/web.ts';

async function read(source: OpenSource): Promise<string[]> {
  const texts: string[] = [];
  for await (const { bytes } of source.collections(new Set())) texts.push(bytes.toString());
  for await (const { bytes } of readParts(source)) texts.push(bytes.toString());
  return texts;
}

const catalog = {
  'catalog.json': {
    type: 'Catalog',
    id: 'root',
    links: [
      { rel: 'root', href: './catalog.json' },
      { rel: 'child', href: './a/collection.json' },
      { rel: 'child', href: 'b/catalog.json' },
    ],
  },
  'a/collection.json': makeCollection({
    links: [
      { rel: 'parent', href: '../catalog.json' },
      { rel: 'item', href: './1/1.json' },
      { rel: 'item', href: './2%20x/2.json' },
    ],
  }),
  'a/1/1.json': makeItem('1', { links: [{ rel: 'item', href: '../../b/3.json' }] }),
  'a/2 x/2.json': makeItem('2'),
  'b/catalog.json': {
    type: 'Catalog',
    id: 'b',
    links: [
      { rel: 'child', href: '../catalog.json' },
      { rel: 'item', href: '3.json' },
      { rel: 'item', href: '../a/1/1.json' },
    ],
  },
  'b/3.json': makeItem('3'),
};
const walked = ['scenes', '1', '2', '3'];

async function writeCatalog(): Promise<string> {
  const folder = makeTemporaryFolder('catalog');
  for (const [path, content] of Object.entries(catalog)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), JSON.stringify(content, null, 2));
  }
  return folder;
}

const ids = (texts: readonly string[]) => texts.map((text) => (JSON.parse(text) as { id: string }).id);

test('a catalog in a folder is walked by its links, each document once', async () => {
  const files = createFilePort(dirname(await writeCatalog()));
  const folder = (await writeCatalog()).split('/').at(-1);
  expect(ids(await read(openCatalog(`./${folder}/catalog.json`, { ...makePorts(), files })))).toEqual(walked);
});

test('a catalog on the web is walked by its links, each document once', async () => {
  const origin = await serve((request, _, response) => {
    const found = catalog[decodeURIComponent(request.url ?? '').slice(7) as keyof typeof catalog];
    if (found === undefined) return response.writeHead(404).end();
    return send(response, found);
  });
  const ports = { ...makePorts(), files: createFilePort('.') };
  expect(ids(await read(openCatalog(`${origin}/files/catalog.json`, ports)))).toEqual(walked);
  await expect(read(openCatalog(`${origin}/files/none.json`, ports))).rejects.toMatchObject({
    kind: 'source',
    message: expect.stringContaining('answers 404'),
  });
});

test('a catalog whose address is no URL is a failure', async () => {
  const ports = { ...makePorts(), files: createFilePort('.') };
  await expect(read(openCatalog('http://[bad', ports))).rejects.toMatchObject({
    kind: 'source',
    message: 'http://[bad is no URL',
  });
  expect(ports.waits).toEqual([]);
});
