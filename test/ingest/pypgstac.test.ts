import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { sharedRoot } from '../support/root.ts';
import { runOrThrow, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import {
  type Databases,
  makeEmbeddedDatabase,
  makeServerDatabase,
  openServerDatabase,
  type PgstacVersion,
  pypgstac,
} from './support/databases.ts';
import { ingest } from './support/ingest.ts';
import { describeDatabase, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';

const versions: readonly PgstacVersion[] = ['0.9.11', '0.10.0'];
const oracle = join(sharedRoot, 'tools/pgstac-oracle');
const everything = { kind: 'files', files: ['collection.json', 'items.ndjson'] } as const;

describeWith(['postgres15', 'python', 'sharedData', 'sharedTools'], 'what pypgstac leaves', () => {
  const sets = readdirSync(join(sharedRoot, 'data'));
  let server: Postgres;
  let count = 0;
  beforeAll(async () => {
    server = await startPostgres();
    for (const version of versions) await pypgstac(version);
  }, 600_000);
  afterAll(() => server?.stop());

  async function make(version: PgstacVersion): Promise<{ name: string; databases: Databases }> {
    count += 1;
    const name = `oracle ${count}`;
    return { name, databases: await makeServerDatabase(server, name, version) };
  }

  /** `pypgstac load` into a new database; gives its name. */
  async function loadWithPypgstac(folder: string, version: PgstacVersion, shardBy: string): Promise<string> {
    const { name, databases } = await make(version);
    await databases.close();
    await runPypgstac(name, version, 'collections', join(folder, 'collection.json'), 'insert');
    const trunc = shardBy === 'none' ? 'NULL' : `'${shardBy}'`;
    await server.psql(`SET search_path TO pgstac, public; UPDATE collections SET partition_trunc = ${trunc}`, name);
    await runPypgstac(name, version, 'items', join(folder, 'items.ndjson'), 'insert');
    return name;
  }

  async function runPypgstac(name: string, version: PgstacVersion, table: string, file: string, method: string) {
    const { bin } = await pypgstac(version);
    await runOrThrow(bin('pypgstac'), ['load', table, file, '--dsn', server.dsn(name), '--method', method]);
  }

  /** The oracle's verdict; its words where the two differ. */
  async function compare(theirs: string, ours: string, version: PgstacVersion): Promise<string> {
    const { python } = await pypgstac(version);
    const { code, stdout, stderr } = await runProcess(python, [
      join(oracle, 'compare.py'),
      server.dsn(theirs),
      server.dsn(ours),
    ]);
    return code === 0 ? 'equal' : stdout + stderr;
  }

  describe.each(versions)('pgSTAC %s', (version) => {
    describe.each(sets)('%s', (set) => {
      const folder = join(sharedRoot, 'data', set);

      test.each(['month', 'none'] as const)(
        'is what we leave on a server, by %s; loaded again, nothing changes',
        async (shardBy) => {
          const theirs = await loadWithPypgstac(folder, version, shardBy);
          const { name, databases } = await make(version);
          const ports = makePorts(databases, folder);
          const first = await ingest(everything, ports, { shardBy });
          expect(first.counts).toMatchObject({ inserted: first.counts.read, quarantined: 0 });
          const versionsOf = () =>
            rowsOf(databases.pgstac, 'SELECT collection, id, xmin::text FROM pgstac.items ORDER BY 1, 2');
          const written = await versionsOf();
          const again = await ingest(everything, ports, { shardBy });
          expect(again.counts).toMatchObject({ read: first.counts.read, unchanged: first.counts.read });
          expect(await versionsOf()).toEqual(written);
          const log = await rowsOf(
            databases.ingest,
            `SELECT outcome, count(*)::int FROM public.ingestion_log GROUP BY 1 ORDER BY 1`,
          );
          const times = first.counts.read;
          expect(log).toEqual([
            { outcome: 'inserted', count: times },
            { outcome: 'unchanged', count: times },
          ]);
          await databases.close();
          expect(await compare(theirs, name, version)).toBe('equal');
        },
        120_000,
      );
    });

    test('is what we leave in the embedded database', async () => {
      const ours = await makeEmbeddedDatabase(version);
      for (const set of sets) {
        const folder = join(sharedRoot, 'data', set);
        const name = await loadWithPypgstac(folder, version, 'year');
        const theirs = await openServerDatabase(server, name);
        await ours.pgstac.transaction(async (session) => {
          await session.query(`SELECT set_config('search_path', 'pgstac, public', true)`);
          await session.run('DELETE FROM collections; DELETE FROM platform.ledger');
        });
        const ports = makePorts(ours, folder);
        const { counts } = await ingest(everything, ports, { shardBy: 'year' });
        expect(counts).toMatchObject({ inserted: counts.read });
        expect(await describeDatabase(ours.pgstac)).toEqual(await describeDatabase(theirs.pgstac));
        await theirs.close();
      }
      await ours.close();
    }, 240_000);

    test('is what we leave of generated items, upserted with a tenth of them changed', async () => {
      const folder = makeTemporaryFolder('generated');
      const generate = (file: string, ...options: string[]) => {
        const made = spawnSync('python3', [join(oracle, 'generate_items.py'), '1500', join(folder, file), ...options]);
        expect(made.status).toBe(0);
      };
      generate('items.ndjson');
      const theirs = await loadWithPypgstac(folder, version, 'month');
      const { name, databases } = await make(version);
      await ingest(everything, makePorts(databases, folder));
      generate('changed.ndjson', '--mutate', '0.1');
      const changed = { kind: 'files', files: ['collection.json', 'changed.ndjson'] } as const;
      const { counts } = await ingest(changed, makePorts(databases, folder));
      expect(counts.updated).toBeGreaterThan(100);
      expect(counts).toMatchObject({ read: 1500, unchanged: 1500 - counts.updated });
      await databases.close();
      await runPypgstac(theirs, version, 'items', join(folder, 'changed.ndjson'), 'upsert');
      expect(await compare(theirs, name, version)).toBe('equal');
    }, 240_000);
  });
});
