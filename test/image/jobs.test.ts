import { randomUUID } from 'node:crypto';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { kubernetesTarget } from '../../src/emit/kubernetes.ts';
import { at, type Manifest, parseManifests, podOf } from '../emit/kubernetes.read.ts';
import { buildImageTree, type ImageTree, runInImage } from '../support/image.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { resolveText } from '../support/resolve.ts';
import { projectRoot, sharedRoot } from '../support/root.ts';
import type { RunResult } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const login = 'alps-prod-metaflow-task@acme-earth.iam';
const password = 'p:a\'s"s $(id)';

/** The example, but that its STAC API is one that the pod reaches. */
const spec = readFileSync(join(projectRoot, 'examples/01-cloud-sql/platform.yaml'), 'utf8')
  .replace(/url: https:\S+/, 'url: http://127.0.0.1:8080')
  // When the items are of that the stand-in has.
  .replace('datetime: 2024-01-01/2024-03-31', 'datetime: 2019-01-01/2019-03-31');

// A relay stands where the Auth Proxy would: it leads to the server, but logs nobody in. test/kubernetes has the real one.
describeWith(
  ['buildah', 'mmdebstrap', 'namespaces', 'postgres15', 'sharedData'],
  "the Jobs in the runner's image",
  () => {
    let tree: ImageTree;
    let server: Postgres;
    let api: StacApi;
    let mounts: Record<string, string>;
    let sockets: Record<number, string>;

    beforeAll(async () => {
      tree = await buildImageTree();
      const folder = makeTemporaryFolder('pod');
      mounts = { '/etc/platform': join(folder, 'spec'), '/run/password': join(folder, 'password') };
      for (const path of Object.values(mounts)) mkdirSync(path);
      writeFileSync(join(folder, 'spec/platform.yaml'), spec);
      writeFileSync(join(folder, 'password/password'), password, { mode: 0o600 });
      chownSync(join(folder, 'password/password'), 1000, 1000);
      api = await startStacApi(join(folder, 'api.sock'));
      server = await startPostgres({ password: 'superuser', settings: { unix_socket_directories: '/tmp' } });
      sockets = { 5432: `/tmp/.s.PGSQL.${server.port}`, 8080: join(folder, 'api.sock') };
      await server.psql(`CREATE ROLE cloudsqlsuperuser NOLOGIN CREATEROLE CREATEDB;
      CREATE ROLE platform_admin LOGIN CREATEROLE CREATEDB IN ROLE cloudsqlsuperuser PASSWORD ${quote(password)}`);
      for (const name of ['ingest', 'pgstac']) await server.psql(`CREATE DATABASE ${name} OWNER cloudsqlsuperuser`);
      // Which Cloud SQL lets its admin do.
      await server.psql('CREATE EXTENSION postgis', 'pgstac');
      for (const name of ['alps-prod-stac-api@acme-earth.iam', 'ana@example.org', 'data-oncall@example.org', login])
        await server.psql(`CREATE ROLE "${name}" LOGIN PASSWORD 'by IAM'`);
    }, 900_000);

    afterAll(() => api?.stop());

    const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

    /** The manifest's last container as a node runs it, in a network with nothing but the two sockets. */
    async function runManifest(file: string, changes: { readonly reach?: boolean } = {}) {
      const text = kubernetesTarget
        .emit(resolveText(spec, 'prod'), { specText: spec })
        .find(({ path }) => path === `terraform/kubernetes/${file}`)?.text;
      const [container] = at(podOf(parseManifests(text ?? '')[0] as Manifest), 'containers') as [Container];
      expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
      const run = randomUUID();
      const said = Object.fromEntries(container.env.map(({ name, value }) => [name, value ?? run]));
      const command = container.command.map((word) => word.replace('$(RUN_ID)', run));
      // The node says that it is a cluster; where the proxy would log in by IAM, the login's own password stands.
      const node = {
        KUBERNETES_SERVICE_HOST: '10.8.0.1',
        ...(file === 'database-init.yaml' ? {} : { PGPASSWORD: 'by IAM' }),
      };
      return await runInImage(tree, command, {
        env: { ...node, ...said },
        readOnly: true,
        mounts,
        sockets: changes.reach === false ? {} : sockets,
        timeout: 300_000,
      });
    }

    const told = ({ code, stdout, stderr }: RunResult) => ({ code, said: stdout + stderr });

    test('fail without a way to the databases, and on empty ones', async () => {
      expect(told(await runManifest('database-init.yaml', { reach: false }))).toEqual({
        code: 4,
        said: expect.stringContaining('ECONNREFUSED'),
      });
      expect((await runManifest('cloudsql-auth-proxy.yaml')).code).toBe(1);
      expect((await runManifest('ingest-sentinel2.yaml')).code).toBe(4);
    });

    test("make everything in the databases: pgSTAC's SQL is in the image", async () => {
      const made = told(await runManifest('database-init.yaml'));
      expect(made).toEqual({ code: 0, said: expect.not.stringContaining(password) });
      expect(await server.psql('SELECT pgstac.get_version()', 'pgstac')).toBe('0.9.11');
    });

    test('check them as the example pod, and fill them as the CronJob does', async () => {
      expect(told(await runManifest('cloudsql-auth-proxy.yaml'))).toEqual({
        code: 0,
        said: expect.stringContaining('every check passed'),
      });
      expect(told(await runManifest('ingest-sentinel2.yaml'))).toMatchObject({ code: 0 });
      expect(await server.psql('SELECT count(*) FROM pgstac.items', 'pgstac')).toBe(String(api.items));
      expect(await server.psql('SELECT count(*) FROM ingestion_log', 'ingest')).toBe(String(api.items));
    });
  },
);

interface Container {
  readonly command: readonly string[];
  /** RUN_ID alone has no value: the node gives it the Job's uid. */
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
}

interface StacApi {
  readonly items: number;
  stop(): void;
}

/** Real items, whatever is asked for, in one page. */
async function startStacApi(socket: string): Promise<StacApi> {
  const read = (file: string) => readFileSync(join(sharedRoot, 'data/sentinel-2-l2a', file), 'utf8');
  const lines = read('items.ndjson').trimEnd().split('\n').slice(0, 40);
  const server: Server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    request.resume().on('end', () => {
      if (request.url === '/') response.end('{"type":"Catalog","links":[]}');
      else if (request.url?.startsWith('/collections/')) response.end(read('collection.json'));
      else response.end(`{"type":"FeatureCollection","features":[${lines.join(',')}],"links":[]}`);
    });
  });
  await new Promise<void>((resolve) => void server.listen(socket, resolve));
  return {
    items: lines.length,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
