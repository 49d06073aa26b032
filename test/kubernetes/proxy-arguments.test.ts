import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, expect, test } from '@jest/globals';
import { emitPlatform } from '../../src/emit/targets.ts';
import { platforms, resolveParts, writeSpec } from '../emit/kubernetes.platforms.ts';
import { startMetadataServer } from '../support/cloud-sql/metadata-server.ts';
import { makeTokens } from '../support/cloud-sql/tokens.ts';
import { cloudSqlProxy, goTool } from '../support/go.ts';
import { withLoopback } from '../support/loopback.ts';
import { describeWith } from '../support/needs.ts';
import { findProxyCommands, listCommittedFiles } from './proxy-commands.ts';

const emitted = Object.entries(platforms).flatMap(([name, parts]) =>
  emitPlatform(resolveParts(parts), { specText: writeSpec(parts) }).map(({ path, text }) => ({
    path: `${name}: ${path}`,
    text,
  })),
);
const commands = findProxyCommands([...listCommittedFiles(), ...emitted]);

test('every way of starting a proxy is found', () => {
  const places = commands.flatMap((command) => command.places);
  const files = ['cloudsql-auth-proxy', 'database-init', 'task-proxy-policy', 'pooler', 'access.md', 'outputs.tf'];
  for (const file of files) expect(places).toContainEqual(expect.stringContaining(file));
  const flags = new Set(commands.flatMap(({ args }) => args).filter((arg) => arg.startsWith('--')));
  for (const flag of ['--private-ip', '--psc', '--auto-iam-authn', '--port=6543']) expect(flags).toContain(flag);
});

describeWith(['go'], 'the real Auth Proxy', () => {
  let program: string;
  let variables: Readonly<Record<string, string>>;

  beforeAll(async () => {
    program = await goTool(cloudSqlProxy);
    const { server, host } = await startMetadataServer('task@acme-earth.iam.gserviceaccount.com', makeTokens());
    server.unref();
    // It asks for nobody's address before somebody connects.
    variables = { GCE_METADATA_HOST: host, CSQL_PROXY_SQLADMIN_API_ENDPOINT: 'http://127.0.0.1:1' };
  }, 600_000);

  /** Starts it until it listens, and ends it; what it said, and its exit code. */
  function runProxy(args: readonly string[]): Promise<{ readonly code: number | null; readonly log: string }> {
    return withLoopback(async () => {
      const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
        env: { ...process.env, ...variables },
      });
      const log = readLog(child);
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, log: log() };
    });
  }

  test.each(commands.map(({ args, places }) => ({ words: args.join(' '), args, places })))(
    'accepts $words',
    async ({ args, places }) => {
      const { code, log } = await runProxy(args);
      const port = args.find((arg) => arg.startsWith('--port='))?.slice('--port='.length);
      expect({ places, log }).toEqual({ places, log: expect.stringContaining(`Listening on 127.0.0.1:${port}`) });
      expect(code).toBe(args.includes('--exit-zero-on-sigterm') ? 0 : 143);
    },
  );

  test('refuses a flag that it does not have, so that passing says something', async () => {
    const [first] = commands;
    const args = first?.args.map((arg) => arg.replace('--auto-iam-authn', '--auto-iam-auth')) ?? [];
    expect(await runProxy(args)).toEqual({ code: 1, log: expect.stringContaining('unknown flag: --auto-iam-auth') });
  });
});

/** Collects what it says, and tells it to end once it is ready. */
function readLog(child: ChildProcess): () => string {
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('ready for new connections')) child.kill('SIGTERM');
    });
  }
  return () => log;
}
