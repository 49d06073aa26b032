import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { sharedRoot } from '../support/root.ts';
import { runOrThrow, runProcess } from '../support/run.ts';
import { makeServerDatabase, type PgstacVersion, pypgstac } from './support/databases.ts';
import { ingest } from './support/ingest.ts';
import { makePorts } from './support/ports.ts';

const sets = ['landsat-8-c2-l2', 'sentinel-2-l2a', 'sentinel-2-l2a-safe'];
const versions: readonly PgstacVersion[] = ['0.9.11', '0.10.0'];

describeWith(['postgres15', 'python', 'sharedData', 'sharedTools'], 'what pypgstac leaves', () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
    for (const version of versions) await pypgstac(version);
  }, 600_000);
  afterAll(() => server?.stop());

  for (const version of versions) {
    for (const set of sets) {
      for (const shardBy of ['month', 'none'] as const) {
        test(`${set} by ${shardBy}, pgSTAC ${version}`, async () => {
          const folder = join(sharedRoot, 'data', set);
          const name = `${set} ${shardBy} ${version}`;
          const theirs = await makeServerDatabase(server, `theirs ${name}`, version);
          await loadWithPypgstac(server.dsn(`theirs ${name}`), folder, version, shardBy);
          await theirs.close();
          const ours = await makeServerDatabase(server, `ours ${name}`, version);
          const report = await ingest({ kind: 'files', files: ['*.json', '*.ndjson'] }, makePorts(ours, folder), {
            shardBy,
          });
          expect(report.counts.quarantined).toBe(0);
          await ours.close();
          const { python } = await pypgstac(version);
          const oracle = join(sharedRoot, 'tools/pgstac-oracle/compare.py');
          const result = await runProcess(python, [oracle, server.dsn(`theirs ${name}`), server.dsn(`ours ${name}`)]);
          expect(result).toMatchObject({ code: 0 });
        }, 120_000);
      }
    }
  }

  async function loadWithPypgstac(dsn: string, folder: string, version: PgstacVersion, shardBy: string): Promise<void> {
    const { bin } = await pypgstac(version);
    const load = (table: string, file: string) =>
      runOrThrow(bin('pypgstac'), ['load', table, join(folder, file), '--dsn', dsn, '--method', 'insert']);
    await load('collections', 'collection.json');
    if (shardBy !== 'none')
      await server.psql(
        `SET search_path TO pgstac, public; UPDATE collections SET partition_trunc = '${shardBy}'`,
        decodeURIComponent(dsn.slice(dsn.lastIndexOf('/') + 1)),
      );
    await load('items', 'items.ndjson');
  }
});
