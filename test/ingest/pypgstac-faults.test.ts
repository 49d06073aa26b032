import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { describeWith } from '../support/needs.ts';
import { runOrThrow, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { type Databases, pgstacVersions, pypgstac } from './support/databases.ts';
import { ingest } from './support/ingest.ts';
import { lines, makeCollection, makeItem } from './support/items.ts';
import { itemsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

const at = (id: string, datetime: string, title = id) => makeItem(id, { properties: { datetime, title } });
const sound = [at('a', '2024-01-10T00:00:00Z'), at('b', '2024-02-10T00:00:00Z')];

interface Fault {
  readonly name: string;
  /** Loaded one after the other. */
  readonly files: readonly string[];
  readonly method: 'insert' | 'upsert';
  /** What pypgstac says when it fails; null where it ends well and is wrong all the same. */
  readonly says: RegExp | null;
  /** Of each item that ours leaves, the month and title. */
  readonly ours: readonly string[];
}

/** Faults of pypgstac that were reproduced, all of them without two processes: those are in exactly-once.test.ts. */
const faults: readonly Fault[] = [
  {
    name: 'a backslash becomes a tab',
    files: [lines(at('a', '2024-01-10T00:00:00Z', 'C:\\temp'), sound[1])],
    method: 'insert',
    says: null,
    ours: ['a 01 C:\\temp', 'b 02 b'],
  },
  {
    name: 'a backslash ends the load',
    files: [lines(at('a', '2024-01-10T00:00:00Z', 'C:\\data'), sound[1])],
    method: 'insert',
    says: /JSONDecodeError/,
    ours: ['a 01 C:\\data', 'b 02 b'],
  },
  {
    name: 'one bad item ends the load',
    files: [lines(sound[0], makeItem('bad', { geometry: null }), sound[1])],
    method: 'insert',
    says: /Error|Violation|Exception/,
    ours: ['a 01 a', 'b 02 b'],
  },
  {
    name: 'a blank line ends the load',
    files: [`${lines(sound[0])}\n${lines(sound[1])}`],
    method: 'insert',
    says: /JSONDecodeError/,
    ours: ['a 01 a', 'b 02 b'],
  },
  {
    name: 'a FeatureCollection is not read',
    files: [JSON.stringify({ type: 'FeatureCollection', features: sound })],
    method: 'insert',
    says: /Error|Exception/,
    ours: ['a 01 a', 'b 02 b'],
  },
  {
    name: 'an item that comes twice ends the load',
    files: [lines(sound[0], at('a', '2024-01-11T00:00:00Z', 'again'), sound[1])],
    method: 'upsert',
    says: /ON CONFLICT DO UPDATE command cannot affect row a second time|CardinalityViolation/,
    ours: ['a 01 again', 'b 02 b'],
  },
  {
    name: "an offset at a month's edge goes by the local month",
    files: [lines(sound[0], at('edge', '2024-03-01T01:00:00+02:00'))],
    method: 'insert',
    says: /UndefinedTable/,
    ours: ['a 01 a', 'edge 02 edge'],
  },
  {
    name: 'an item whose month changed is there twice',
    files: [lines(...sound), lines(at('a', '2024-03-10T00:00:00Z', 'moved'))],
    method: 'upsert',
    says: null,
    ours: ['a 03 moved', 'b 02 b'],
  },
];

describeWith(['postgres15', 'python'], 'faults of pypgstac', () => {
  const suite = useServer(pgstacVersions);

  async function runPypgstac(version: (typeof pgstacVersions)[number], text: string, method: string) {
    const file = join(makeTemporaryFolder('fault'), 'items.ndjson');
    writeFileSync(file, text);
    const { bin } = await pypgstac(version);
    const { code, stdout, stderr } = await runProcess(bin('pypgstac'), [
      ...['load', 'items', file, '--dsn', suite.server.dsn(suite.name), '--method', method],
    ]);
    return { code, said: stdout + stderr };
  }

  async function putCollection(version: (typeof pgstacVersions)[number]): Promise<void> {
    const file = join(makeTemporaryFolder('fault'), 'collection.json');
    writeFileSync(file, JSON.stringify(makeCollection()));
    const { bin } = await pypgstac(version);
    await runOrThrow(bin('pypgstac'), ['load', 'collections', file, '--dsn', suite.server.dsn(suite.name)]);
    const monthly = `SET search_path TO pgstac, public; UPDATE collections SET partition_trunc = 'month'`;
    await suite.server.psql(monthly, suite.name);
  }

  describe.each(['0.9.11', '0.10.0'] as const)('%s', (version) => {
    test.each(faults)(
      '$name; ours is right',
      async ({ files, method, says, ours }) => {
        const theirs = await suite.make(version);
        await putCollection(version);
        const ends = [];
        for (const text of files) ends.push(await runPypgstac(version, text, method));
        const failed = ends.find(({ code }) => code !== 0);
        if (says === null) expect(failed).toBeUndefined();
        else expect(failed?.said).toMatch(says);
        expect(await stateOf(theirs)).not.toEqual(ours);

        const databases = await suite.make(version);
        const folder = makeTemporaryFolder('fault');
        writeFileSync(join(folder, 'collection.json'), JSON.stringify(makeCollection()));
        for (const text of files) {
          const file = text.includes('FeatureCollection') ? 'items.json' : 'items.ndjson';
          writeFileSync(join(folder, file), text);
          const source = { kind: 'files', files: ['collection.json', file] } as const;
          const { counts } = await ingest(source, makePorts(databases, folder));
          expect(counts.quarantined).toBe(text.includes('"bad"') ? 1 : 0);
          expect(counts.duplicates).toBe(text.includes('"again"') ? 1 : 0);
        }
        expect(await stateOf(databases)).toEqual(ours);
      },
      60_000,
    );
  });
});

/** Of each row its id, the month of its partition and its title. */
async function stateOf({ pgstac }: Databases): Promise<readonly string[]> {
  return (await itemsOf(pgstac)).map(({ id, partition, content }) => {
    const { title } = content['properties'] as { title: string };
    return `${id} ${partition.slice(-2)} ${title}`;
  });
}
