import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { parseAllDocuments } from 'yaml';
import { type CloudSql, startCloudSql } from '../support/cloud-sql/instance.ts';
import { withLoopback } from '../support/loopback.ts';
import { describeWith } from '../support/needs.ts';
import { startPgbouncer } from '../support/pgbouncer.ts';
import { type Pod, startPod } from '../support/pod.ts';
import { runInit } from './init.ts';
import { compileProject, makeNode, type Project, writeSpec } from './project.ts';

const password = 'only the admin knows';
const login = 'alps-pooler@acme-earth.iam';

describeWith(['go', 'postgres15', 'pgbouncer'], "the pooler's pod, through the real Auth Proxy", () => {
  let project: Project;
  let cloudSql: CloudSql;

  beforeAll(async () => {
    const spec = writeSpec('https://example.org', 'scenes');
    project = await compileProject(spec.replace('kubernetes: { ', 'kubernetes: { pooler: {}, '));
    cloudSql = await startCloudSql(project.platform, password);
    expect((await runInit(project, cloudSql, password)).main).toMatchObject({ code: 0 });
  }, 600_000);

  /** The pod's proxy with an account's identity, and in front of it the pod's pgbouncer; `work` gets its port. */
  async function runPooler<T>(account: string, work: (port: number) => Promise<T>): Promise<T> {
    const text = await readFile(join(project.folder, 'terraform/kubernetes/pooler.yaml'), 'utf8');
    const [config, deployment] = parseAllDocuments(text).map((document) => document.toJS());
    const files: Record<string, string> = config.data;
    const pod: Pod = deployment.spec.template;
    // pgbouncer refuses to be root, which a pod here may be: it is started beside the pod.
    const idle = { name: 'pgbouncer', image: 'none', command: ['sleep', 'infinity'] };
    const node = await makeNode(project, await cloudSql.variablesFor(account));
    return await withLoopback(async () => {
      const running = await startPod({ ...pod, spec: { ...pod.spec, containers: [idle] } }, node);
      try {
        const command = pod.spec.containers[0]?.command ?? [];
        const { port } = await startPgbouncer(files['pgbouncer.ini'] ?? '', { files, command });
        return await work(port);
      } finally {
        running.main.signal('SIGTERM');
        await running.ended;
      }
    });
  }

  /** What a client gets for a statement: its rows, or the error's code. */
  async function ask(port: number, database: string, sql: string): Promise<string> {
    const client = new pg.Client({
      connectionString: `postgresql://pooler@127.0.0.1:${port}/${database}?sslmode=disable`,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query({ text: sql, rowMode: 'array' });
      return rows.map((row) => row.join('|')).join('\n');
    } catch (error) {
      const { code, message } = error as pg.DatabaseError;
      return `${code}: ${message}`;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  test('lends its own IAM login, which reads both databases and writes to neither', async () => {
    await runPooler('alps-pooler@acme-earth.iam.gserviceaccount.com', async (port) => {
      expect(await ask(port, 'pgstac', 'SELECT session_user')).toBe(login);
      expect(await ask(port, 'pgstac', `SELECT search('{}'::jsonb)->>'type'`)).toBe('FeatureCollection');
      expect(await ask(port, 'ingest', 'SELECT count(*) FROM ingestion_log')).toBe('0');
      const refused = [
        ['pgstac', `INSERT INTO collections (content) VALUES ('{"id": "c"}')`],
        ['pgstac', 'DELETE FROM items'],
        ['pgstac', `SELECT create_collection('{"id": "c"}'::jsonb)`],
        ['pgstac', 'CREATE TABLE public.mine (a integer)'],
        ['pgstac', 'SET ROLE pgstac_ingest'],
        ['pgstac', 'SET ROLE pgstac_admin'],
        ['pgstac', 'SET SESSION AUTHORIZATION postgres'],
        ['ingest', 'DELETE FROM ingestion_log'],
        ['ingest', `INSERT INTO ingestion_log DEFAULT VALUES`],
        ['ingest', 'SET ROLE ingest_write'],
      ] as const;
      for (const [database, sql] of refused)
        expect([sql, await ask(port, database, sql)]).toEqual([sql, expect.stringMatching(/^42501: /)]);
    });
  }, 120_000);

  test("is refused by the instance with another account's identity", async () => {
    await runPooler('alps-metaflow-task@acme-earth.iam.gserviceaccount.com', async (port) => {
      expect(await ask(port, 'pgstac', 'SELECT 1')).toContain('IAM service account authentication failed');
    });
  }, 120_000);
});
