import { expect, test } from '@jest/globals';
import { finishRun } from '../../src/ingest/run/finish-run.ts';
import { pruneHistory } from '../../src/ingest/run/prune-history.ts';
import { describeWith } from '../support/needs.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeItem } from './support/items.ts';
import { load, rowsOf } from './support/load.ts';
import { makePorts } from './support/ports.ts';
import { useServer } from './support/server.ts';

describeWith(['postgres15', 'python'], 'retentionDays', () => {
  const suite = useServer(['0.9.11']);

  test('lets finished runs go that are older, but no open run and no receipt that is not in the log', async () => {
    const databases = await suite.make();
    const made = [];
    for (const id of ['old', 'open', 'unsettled', 'young']) made.push((await load(databases, [makeItem(id)])).run);
    const [old, open, unsettled, young] = made as [string, string, string, string];
    await databases.pgstac.session((session) =>
      session.run(`
        UPDATE platform.run SET finished = now() - interval '40 days' WHERE run IN ('${old}', '${unsettled}');
        UPDATE platform.run SET finished = NULL WHERE run = '${open}';
        UPDATE platform.receipt SET written = now() - interval '40 days' WHERE run <> '${young}';
        UPDATE platform.receipt SET settled = false WHERE run = '${unsettled}';
        UPDATE public.ingestion_run SET finished = now() - interval '40 days' WHERE run IN ('${old}', '${unsettled}');
        UPDATE public.ingestion_log SET time = now() - interval '40 days' WHERE run = '${old}'`),
    );
    const ports = makePorts(databases, makeTemporaryFolder('retention'));
    await pruneHistory(ports, 30);
    const runs = (table: string) =>
      rowsOf<{ run: string }>(databases.pgstac, `SELECT DISTINCT run::text AS run FROM ${table} ORDER BY 1`);
    const left = [open, unsettled, young].sort().map((run) => ({ run }));
    for (const table of ['platform.run', 'platform.receipt', 'platform.lease', 'ingestion_log', 'ingestion_run'])
      expect([table, await runs(table)]).toEqual([table, left]);
    await finishRun(young, ports, { pipelines: [], databases: { ingest: { retentionDays: null } } });
    expect(await runs('platform.run')).toEqual(left);
  });
});
