import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createWebServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { at, parseManifests, podOf } from '../emit/kubernetes.read.ts';
import { describeWith } from '../support/needs.ts';
import { findPostgres } from '../support/postgres.ts';
import { metaflow, pythonTool } from '../support/python.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { inPod, startWorld, type World, workload } from './world.fixture.ts';

const loaded = 48;
const jobUid = '5b1f6f1e-8a46-4f0a-9a55-2f3c8b1d7e60';

/** What the user guide and the manifests of the example run, as they stand there. */
describeWith(['postgres15', 'namespaces', 'python'], 'the example on virtual machines', () => {
  const servers: Server[] = [];
  let world: World;
  let python: string;

  beforeAll(async () => {
    python = (await pythonTool(metaflow)).python;
    const catalog = `http://127.0.0.1:${await serveCatalog()}/collection.json`;
    world = await startWorld((spec) => spec.replace(/stacApi: .*/, `catalog: "${catalog}"`));
  }, 600_000);

  afterAll(() => {
    for (const server of servers) server.close();
  });

  async function listen(server: Server): Promise<number> {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  /** The example's own items as a static catalog on the web, which a pod can read. */
  async function serveCatalog(): Promise<number> {
    const folder = join(projectRoot, 'examples/02-virtual-machines/items');
    const items = readFileSync(join(folder, 'items.ndjson'), 'utf8').trimEnd().split('\n');
    const collection = JSON.parse(readFileSync(join(folder, 'collection.json'), 'utf8'));
    const links = items.map((_, index) => ({ rel: 'item', href: `./${index}` }));
    return await listen(
      createWebServer((request, response) => {
        const item = items[Number(request.url?.slice(1))];
        response.end(item ?? JSON.stringify({ ...collection, links }));
      }),
    );
  }

  /** What `gcloud compute start-iap-tunnel` opens: a port here, which leads to PostgreSQL's there. */
  const openTunnel = (host: string) =>
    listen(
      createServer((near) => {
        const far = connect(5432, host, () => near.pipe(far).pipe(near));
        for (const [one, other] of [
          [near, far],
          [far, near],
        ] as const)
          one.on('error', () => other.destroy());
      }),
    );

  const countItems = () => world.machines.pgstac.server.psql('SELECT count(*) FROM pgstac.items', 'pgstac');
  const countLog = () =>
    world.machines.ingest.server.psql('SELECT outcome, count(*) FROM ingestion_log GROUP BY 1 ORDER BY 1', 'ingest');

  /** The pod of a manifest, as the workload that Kubernetes makes it be. */
  async function runPod(file: string) {
    const [manifest] = parseManifests(readFileSync(join(world.environment, 'terraform/kubernetes', file), 'utf8'));
    const container = at(podOf(manifest), 'containers', 0) as {
      command: readonly string[];
      env: readonly { name: string; value?: string }[];
    };
    // The image has `platform` on its PATH; the spec is mounted; the node gives RUN_ID the uid of the pod's Job.
    const [program, ...words] = container.command.map((word) =>
      word === '/etc/platform/platform.yaml' ? join(world.folder, 'platform.yaml') : word.replace('$(RUN_ID)', jobUid),
    );
    expect(program).toBe('platform');
    return await world.run([process.execPath, join(projectRoot, 'dist/cli/main.js'), ...words], {
      ...inPod,
      ...(await world.secretManager.accounts.pod(workload)),
      ...Object.fromEntries(container.env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    });
  }

  test('its smoke Job finds both whole, as the pod that it makes', async () => {
    const { code, stdout } = await runPod('smoke.yaml');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('every check passed') });
  });

  test('its CronJob fills both, as the pod that it makes', async () => {
    const { code, stderr } = await runPod('ingest-landsat.yaml');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('ingest-postgres.europe-west4-a') });
    expect([await countItems(), await countLog()]).toEqual([`${loaded}`, `inserted|${loaded}`]);
  });

  test('its flow reaches both from a pod that nobody gave a variable', async () => {
    const flow = [python, 'metaflow_flows/landsat_ingestion_flow.py', 'run', '--shards', '2', '--max-workers', '2'];
    const pod = await world.secretManager.accounts.pod(workload);
    const { code, stdout } = await world.run(flow, { ...inPod, ...pod });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`${loaded} unchanged`) });
    expect(await countLog()).toBe(`inserted|${loaded}\nunchanged|${loaded}`);
  });

  test('from a laptop, by the guide’s own lines, through tunnels', async () => {
    const { ingest, pgstac } = world.machines;
    const ports = { 15432: await openTunnel(ingest.server.host), 15433: await openTunnel(pgstac.server.host) };
    const laptop = await logInAsPerson();
    const script = [
      'set -euo pipefail',
      ...linesOf('team/access.md').filter((line) => /-ca\.crt$/.test(line)),
      ...linesOf('README.md').filter((line) => /^export \$\(cat|^export (PGSTAC|INGEST_DB)_DSN=/.test(line)),
      // Metaflow's own store is not what is tried here.
      'unset ${!METAFLOW_DEFAULT*}',
      ...linesOf('README.md').filter((line) =>
        /^PGPASSWORD=|platform verify|^python metaflow_flows\/fields/.test(line),
      ),
    ].join('\n');
    const local = script
      .replace(/port=(1543[23])/g, (_, port: '15432' | '15433') => `port=${ports[port]}`)
      .replace(/^python/gm, python)
      .replace('npx platform', '$PLATFORM_COMMAND');
    const { code, stdout, stderr } = await world.run(['bash', '-c', local], laptop);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
    expect(stdout).toContain('every check passed');
    expect(stdout).toMatch(/sentinel-2-l2a +\| +48/);
    expect(stdout).toContain(`${loaded} unchanged`);
    expect(new Set(world.secretManager.calls.slice(-4).map(({ email }) => email))).toEqual(new Set([person]));
  });

  const person = 'ben@example.org';

  /** Somebody with a key, the grants of one who may write, and `gcloud`, which says what Secret Manager has. */
  async function logInAsPerson(): Promise<Record<string, string>> {
    const folder = makeTemporaryFolder('gcloud');
    const answers = Object.entries(world.machines).flatMap(([database, { certificate, password }]) => [
      [`harvest-${database}-ca`, certificate] as const,
      [`harvest-${database}-password`, password] as const,
    ]);
    for (const [secret, text] of answers) {
      writeFileSync(join(folder, secret), text);
      world.secretManager.grant(person, `projects/acme-fields/secrets/${secret}`);
    }
    const gcloud =
      '#!/bin/sh\n[ "$1 $2 $3 $4" = "secrets versions access latest" ] && exec cat "${0%/*}/${5#--secret=}"\n';
    writeFileSync(join(folder, 'gcloud'), gcloud);
    chmodSync(join(folder, 'gcloud'), 0o755);
    const path = [folder, findPostgres(), process.env['PATH']].join(delimiter);
    return { ...world.secretManager.accounts.keyFile(person), PATH: path };
  }

  const linesOf = (file: string): readonly string[] => readFileSync(join(world.environment, file), 'utf8').split('\n');
});
