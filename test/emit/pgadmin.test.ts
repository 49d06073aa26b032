import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { renderPgadmin } from '../../src/emit/team/pgadmin.ts';
import { describeWith } from '../support/needs.ts';
import { type PythonTool, pgadmin, pythonTool } from '../support/python.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { resolveParts, virtualMachines } from './kubernetes.platforms.ts';

interface Server {
  readonly [key: string]: unknown;
  readonly SSLMode?: string;
}
type Servers = Readonly<Record<string, Server>>;

/** The real pgAdmin reads the file as 'Import/Export Servers' does, and writes what it has made of it. */
describeWith(['python'], 'pgadmin-servers.json in pgAdmin', () => {
  let python: PythonTool;
  let folder: string;
  let script: string;
  beforeAll(async () => {
    python = await pythonTool(pgadmin);
    folder = makeTemporaryFolder('pgadmin');
    const [version = ''] = readdirSync(join(dirname(python.python), '../lib'));
    script = join(dirname(python.python), '../lib', version, 'site-packages/pgadmin4/setup.py');
    // pgAdmin takes its settings from a module of this name, wherever Python finds it.
    writeFileSync(
      join(folder, 'config_local.py'),
      `DATA_DIR = ${JSON.stringify(join(folder, 'data'))}\nSERVER_MODE = False\n`,
    );
    await setUp('setup-db');
  }, 600_000);

  const setUp = (...args: readonly string[]) =>
    runOrThrow(python.python, [script, ...args], { env: { ...process.env, PYTHONPATH: folder }, timeout: 120_000 });

  /** What pgAdmin has after it read this text in place of what it had. */
  async function exchange(text: string): Promise<readonly Server[]> {
    const [read, written] = [join(folder, 'read.json'), join(folder, 'written.json')];
    writeFileSync(read, text);
    const { stdout } = await setUp('load-servers', read, '--replace');
    expect(stdout).toMatch(/Added \d+ Server Group\(s\) and \d+ Server\(s\)/);
    await setUp('dump-servers', written);
    const { Servers: dumped } = JSON.parse(readFileSync(written, 'utf8')) as { Servers: Servers };
    return Object.values(dumped);
  }

  test.each([
    ['Cloud SQL', resolveParts({})],
    ['virtual machines', resolveParts({ hosting: virtualMachines })],
  ])(
    'is imported whole: %s',
    async (_, platform) => {
      const text = renderPgadmin(platform);
      const { Servers: ours } = JSON.parse(text) as { Servers: Servers };
      const wanted = Object.values(ours).map(({ SSLMode, ...rest }) => ({
        ...rest,
        // Where pgAdmin has kept it since its version 7; what reads our file may be older.
        ConnectionParameters: { sslmode: SSLMode },
      }));
      expect(wanted.length).toBeGreaterThan(1);
      expect(await exchange(text)).toEqual(wanted.map((server) => expect.objectContaining(server)));
    },
    120_000,
  );

  test('a port in words is not, so that this test can fail', async () => {
    const text = renderPgadmin(resolveParts({})).replaceAll(/"Port": \d+/g, '"Port": "many"');
    await expect(exchange(text)).rejects.toThrow(/Port must be integer/);
  }, 120_000);
});
