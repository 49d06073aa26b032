import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createFilePort } from '../../src/cli/file-port.ts';
import type { FilePort } from '../../src/ingest/ports.ts';
import type { FinishReport } from '../../src/ingest/run/finish-run.ts';
import { ReadMemory } from '../../src/ingest/run/read-memory.ts';
import type { SourceDocument } from '../../src/ingest/source/document.ts';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import type { Databases } from './support/databases.ts';
import { ingest } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { itemsOf, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

function documentIn(memory: ArrayBuffer): SourceDocument {
  return { bytes: Buffer.from(memory), source: 'items.ndjson', place: 'line 1', tooLarge: false };
}

test('memory is given back once it is read, and every batch has ended that has a document in it', async () => {
  const [first, second] = [new ArrayBuffer(8), new ArrayBuffer(8)];
  const given: ArrayBufferLike[] = [];
  const memory = new ReadMemory((used) => given.push(used));
  const groups = async function* () {
    yield [documentIn(first), documentIn(first)];
    yield [documentIn(first), documentIn(new ArrayBuffer(0)), documentIn(first)];
    yield [documentIn(second)];
  };
  const watched = memory.watch(groups());
  await watched.next();
  memory.release([first, first]);
  // More of it may come.
  expect(given).toEqual([]);
  await watched.next();
  memory.release([first]);
  await watched.next();
  expect(given).toEqual([]);
  memory.release([first]);
  expect(given).toEqual([first]);
  memory.release([second]);
  expect(given).toEqual([first]);
  await watched.next();
  expect(given).toEqual([first, second]);
});

test('a file is read into what was given back, once, and not into what is another’s', async () => {
  const folder = makeTemporaryFolder('memory');
  writeFileSync(join(folder, 'large'), Buffer.alloc(3 << 20, 'x'));
  writeFileSync(join(folder, 'small'), 'some');
  const files = createFilePort(folder);
  const read = async (path: string) => {
    const memories: ArrayBufferLike[] = [];
    for await (const { buffer } of files.open(path)) memories.push(buffer);
    return memories;
  };
  const held = await read('large');
  expect(new Set(held).size).toBe(3);
  for (const memory of [...held, ...held, new ArrayBuffer(1 << 20)]) files.reuse(memory);
  const again = await read('large');
  expect(new Set(again)).toEqual(new Set(held));
  // Of a small file no more is held than it has.
  expect((await read('small')).map(({ byteLength }) => byteLength)).toEqual([4]);
});

/** Files whose memory is written over as soon as it is given back: who looks at it later finds no item there. */
function spoilReused(files: FilePort): FilePort & { readonly spoiled: () => number } {
  let spoiled = 0;
  return {
    ...files,
    spoiled: () => spoiled,
    reuse: (memory) => {
      new Uint8Array(memory).fill(0x20);
      spoiled += 1;
      files.reuse(memory);
    },
  };
}

async function loadSpoiling(databases: Databases, files: Record<string, string>): Promise<FinishReport> {
  const folder = makeTemporaryFolder('memory');
  writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeCollection()));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const port = spoilReused(createFilePort(folder));
  const ports = { ...makePorts(databases, folder), files: port };
  const report = await ingest({ kind: 'files', files: ['collection.json', ...Object.keys(files)] }, ports);
  expect(port.spoiled()).toBeGreaterThan(5);
  return report;
}

describeWith(['postgres15', 'python'], 'memory that is read into again', () => {
  const { make } = useServer(['0.10.0']);
  const textOf = (id: string, version: number) => `${id} ${version} `.repeat(300);
  const item = (number: number, version = 0) =>
    makeItem(`item-${number}`, {
      properties: { datetime: `2024-0${1 + (number % 6)}-15T10:00:00Z`, text: textOf(`item-${number}`, version) },
    });
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, place) => from + place);

  async function expectItems(databases: Databases, versionOf: (number: number) => number): Promise<void> {
    const stored = (await itemsOf(databases.pgstac)).map(({ id, content }) => {
      const { text } = content['properties'] as { text: string };
      return [id, text === textOf(id, versionOf(Number(id.slice(5))))];
    });
    expect(stored).toHaveLength(3000);
    expect(stored.filter(([, isRight]) => isRight !== true)).toEqual([]);
  }

  test('is used by nobody any more: new, changed, repeated and bad items come out as they are', async () => {
    const databases = await make('0.10.0');
    const bad = `{"type":"Feature","id":"bad","collection":"scenes","text":"${'bad '.repeat(1000)}"}`;
    const files = (versionOf: (number: number) => number) => ({
      'lines.ndjson': lines(...range(0, 1500).map((number) => item(number, versionOf(number))), bad),
      'one.json': JSON.stringify({
        type: 'FeatureCollection',
        features: range(1500, 3000).map((number) => item(number, versionOf(number))),
      }),
    });
    expect(
      (
        await loadSpoiling(
          databases,
          files(() => 0),
        )
      ).counts,
    ).toMatchObject({ inserted: 3000, quarantined: 1 });
    await expectItems(databases, () => 0);
    expect(
      (
        await loadSpoiling(
          databases,
          files(() => 0),
        )
      ).counts,
    ).toMatchObject({ unchanged: 3000, quarantined: 1 });
    const tenth = (number: number) => (number % 10 === 3 ? 1 : 0);
    expect((await loadSpoiling(databases, files(tenth))).counts).toMatchObject({ unchanged: 2700, updated: 300 });
    await expectItems(databases, tenth);
    // Another content of an item, and behind it, in another batch, the one that is there.
    const twice = {
      'a.ndjson': lines(...range(0, 50).map((number) => item(number, 2))),
      ...files(tenth),
    };
    await loadSpoiling(databases, twice);
    await expectItems(databases, tenth);
    const kept = await rowsOf<{ bytes: string }>(
      databases.pgstac,
      `SELECT DISTINCT convert_from(bytes, 'UTF8') AS bytes FROM platform.quarantine`,
    );
    expect(kept).toEqual([{ bytes: bad }]);
  });
});
