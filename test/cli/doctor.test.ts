import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { readInstaller } from '../../src/cli/doctor/install.ts';
import { lookAtNode } from '../../src/cli/doctor/node.ts';
import { leastTerraform } from '../../src/cli/doctor/tools.ts';
import { isAtLeast, readVersion } from '../../src/cli/doctor/version.ts';
import { lockFolder } from '../../src/database/lock.ts';
import { type CliOptions, cleanEnvironment, runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { projectRoot } from '../support/root.ts';
import { runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

interface Looked {
  readonly code: number;
  readonly text: string;
  /** By name. */
  readonly found: Readonly<Record<string, Omit<Finding, 'name'>>>;
}

async function doctor(args: readonly string[], options: CliOptions): Promise<Looked> {
  const { code, stdout, stderr } = await runCli(['doctor', '--format', 'json', ...args], options);
  expect(stderr).toBe('');
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: readonly Finding[] };
  expect([code, ok]).toEqual(findings.some(({ state }) => state === 'missing') ? [1, false] : [0, true]);
  for (const { state, fix } of findings) if (state === 'missing') expect(fix).not.toBeNull();
  return { code, text: stdout, found: Object.fromEntries(findings.map(({ name, ...rest }) => [name, rest])) };
}

/** A folder with these programs, each a script of a shell, as the only PATH. */
function makePath(scripts: Readonly<Record<string, string>>): string {
  const folder = makeTemporaryFolder('path');
  for (const [name, script] of Object.entries(scripts))
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return folder;
}

const everything = {
  python3: 'case $1 in -m) exit 1 ;; *) echo Python 3.11.2 ;; esac',
  pip: 'echo "pip 24.0 from /usr/lib/python3 (python 3.11)"',
  terraform: `echo '{"terraform_version": "1.12.0", "platform": "linux_amd64"}'`,
  kubectl: `echo '{"clientVersion": {"major": "1", "gitVersion": "v1.31.2"}, "kustomizeVersion": "v5.4.2"}'`,
  gcloud: 'echo "Google Cloud SDK 500.0.0"; echo "bq 2.1.11"',
};

const look = (scripts: Readonly<Record<string, string>>, args: readonly string[] = []) =>
  doctor(args, { cwd: makeTemporaryFolder('empty'), home: 'empty', env: { PATH: makePath(scripts) } });

describe('programs', () => {
  test('each with its version; without a spec nothing is missing', async () => {
    const { code, found } = await look(everything);
    expect(code).toBe(0);
    expect(found).toMatchObject({
      node: { state: 'ok', found: `Node ${process.versions.node}` },
      python: { state: 'ok', found: 'python3 3.11.2' },
      pip: { state: 'ok', found: 'pip 24.0' },
      terraform: { state: 'ok', found: 'terraform 1.12.0' },
      kubectl: { state: 'ok', found: 'kubectl 1.31.2' },
      gcloud: { state: 'ok', found: 'gcloud 500.0.0' },
      'pgSTAC 0.9.11': { state: 'note', found: 'its SQL is not here yet; the first run fetches it with pip 24.0' },
      spec: { state: 'note', fix: 'platform init' },
    });
  });

  test('none at all: only what fetches pgSTAC is needed, and each is told how to be had', async () => {
    const { code, found } = await look({});
    expect(code).toBe(1);
    for (const name of ['python', 'pip', 'terraform', 'kubectl', 'gcloud'])
      expect([name, found[name]]).toMatchObject(
        [name, { state: 'note', found: /^there is no .+; needed only / }].map((wanted) =>
          typeof wanted === 'string' ? wanted : { ...wanted, found: expect.stringMatching(wanted.found) },
        ),
      );
    expect(found['terraform']?.fix).toMatch(/terraform/);
    expect(found['pgSTAC 0.9.11']).toMatchObject({ state: 'missing', fix: found['pip']?.fix });
  });

  test('too old, odd, broken: said as it is', async () => {
    const { found } = await look({
      python3: 'case $1 in -m) exit 1 ;; *) echo Python 2.7.18 ;; esac',
      pip: 'echo "ModuleNotFoundError: no pip" >&2; exit 1',
      terraform: `echo '{"terraform_version": "1.5.7"}'`,
      kubectl: 'echo hello',
      gcloud: 'kill -9 $$',
    });
    expect(found).toMatchObject({
      python: { state: 'note', found: expect.stringMatching(/^python3 2\.7\.18 is older than 3\.9;/) },
      pip: { state: 'note', found: expect.stringMatching(/^pip does not run \(ModuleNotFoundError: no pip\);/) },
      terraform: { state: 'note', found: expect.stringMatching(/^terraform 1\.5\.7 is older than 1\.11;/) },
      kubectl: { state: 'note', found: expect.stringMatching(/^kubectl says no version;/) },
      gcloud: { state: 'note', found: expect.stringMatching(/^gcloud does not run \(/) },
    });
  });

  test('another program that does the same will do', async () => {
    const { code, found } = await look({
      terraform: `echo '{"terraform_version": "1.5.7"}'`,
      tofu: `echo '{"terraform_version": "1.11.0"}'`,
      uv: 'echo uv 0.5.1',
    });
    expect(code).toBe(0);
    expect(found).toMatchObject({
      terraform: { state: 'ok', found: 'tofu 1.11.0' },
      pip: { state: 'ok', found: 'uv 0.5.1' },
    });
  });

  test('one that hangs does not hang the command, and is ended with what it started', async () => {
    const note = join(makeTemporaryFolder('hanging'), 'pid');
    const started = performance.now();
    const { code, found } = await look({ ...everything, gcloud: `/bin/sleep 300 & echo $! >'${note}'; wait` }, [
      '--timeout',
      '1',
    ]);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect([code, found['gcloud']]).toMatchObject([
      0,
      { state: 'note', found: expect.stringMatching(/^gcloud did not answer within 1 s;/) },
    ]);
    expect(found['terraform']?.state).toBe('ok');
    const pid = Number(readFileSync(note, 'utf8'));
    expect(existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') S ')).toBe(false);
  }, 30_000);

  test("this machine's own are found as a shell finds them", async () => {
    const { found } = await doctor([], { cwd: makeTemporaryFolder('own') });
    for (const [name, program, ...args] of [
      ['python', 'python3', '--version'],
      ['terraform', 'terraform', 'version'],
      ['kubectl', 'kubectl', 'version', '--client'],
    ] as const) {
      const own = await runProcess(program, args, { env: cleanEnvironment() }).catch(() => null);
      const version = own?.code === 0 ? readVersion(own.stdout) : null;
      if (version === null) expect([name, found[name]?.state]).toEqual([name, 'note']);
      else expect([name, found[name]?.found]).toEqual([name, expect.stringContaining(version)]);
    }
  }, 30_000);

  test('the oldest Terraform that will do is the one that the generated files take', () => {
    const settings = readFileSync(join(projectRoot, 'templates/terraform/settings.hbs'), 'utf8');
    expect(settings).toContain(`required_version = ">= ${leastTerraform}"`);
  });

  test('versions and systems are read', () => {
    expect(['Python 3.11.2', 'v1.31.0+k3s1', '2024', 'x'].map(readVersion)).toEqual(['3.11.2', '1.31.0', null, null]);
    expect([isAtLeast('1.11', '1.11.0'), isAtLeast('1.9.8', '1.11'), isAtLeast('2', '1.11')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(lookAtNode('18.20.4', 'page')).toMatchObject({
      state: 'missing',
      found: 'Node 18.20.4 is older than 20.19',
    });
    expect(lookAtNode('20.19.0', 'page').state).toBe('ok');
    expect(
      ['ID=debian\n', 'NAME="x"\nID=mint\nID_LIKE="ubuntu debian"\n', 'ID="rhel"\nID_LIKE="fedora"\n', 'ID=alpine'].map(
        readInstaller,
      ),
    ).toEqual(['apt', 'apt', 'dnf', 'page']);
  });
});

describe('credentials', () => {
  const secret = 'SECRET-REFRESH-TOKEN';
  const at = async (text: string | null, named: boolean) => {
    const home = makeTemporaryFolder('home');
    const path = join(home, '.config/gcloud/application_default_credentials.json');
    mkdirSync(join(path, '..'), { recursive: true });
    if (text !== null) writeFileSync(path, text);
    const env = { PATH: makePath(everything), ...(named ? { GOOGLE_APPLICATION_CREDENTIALS: path } : {}) };
    const { text: said, found } = await doctor([], { cwd: home, home, env });
    expect(said).not.toContain('SECRET');
    return found['credentials'];
  };

  test.each<[string, string | null, boolean, object]>([
    ['none', null, false, { state: 'note', fix: 'gcloud auth application-default login' }],
    ['a login', `{"type": "authorized_user", "refresh_token": "${secret}"}`, false, { state: 'ok' }],
    ['a key', `{"type": "service_account", "private_key": "${secret}"}`, true, { state: 'ok' }],
    ['a file that is not there', null, true, { state: 'missing' }],
    ['a file cut short', `{"type": "authorized_user", "refresh_token": "${secret}`, false, { state: 'missing' }],
    ['a file of another kind', `{"type": "${secret}"}`, false, { state: 'missing' }],
  ])('%s', async (_name, text, named, wanted) => {
    expect(await at(text, named)).toMatchObject(wanted);
  });
});

describe('the project', () => {
  const env = { PATH: makePath(everything) };
  const make = async (...flags: string[]) => {
    const cwd = makeTemporaryFolder('project');
    const { code } = await runCli(['init', '--project', 'acme-earth', ...flags], { cwd });
    expect(code).toBe(0);
    return cwd;
  };

  test('spec, artifacts and environments, each with the command that goes on', async () => {
    const cwd = await make('--environments', 'dev', 'prod');
    const first = await doctor([], { cwd, env });
    expect(first.found).toMatchObject({
      spec: { state: 'ok', found: 'platform.yaml is valid: dev, prod' },
      artifacts: { state: 'missing', found: 'never compiled: dev, prod', fix: 'platform compile' },
      'embedded database': { state: 'note', found: 'left out: dev, prod', fix: 'platform doctor --env dev' },
    });
    await runCli(['compile'], { cwd });
    const { code, found } = await doctor(['--env', 'dev'], { cwd, env });
    expect([code, found]).toMatchObject([
      0,
      {
        artifacts: { state: 'ok', found: 'generated is up to date' },
        'embedded database': { state: 'note', fix: 'platform db init --env dev' },
      },
    ]);
    writeFileSync(join(cwd, 'generated/dev/main.py'), 'mine');
    expect((await doctor([], { cwd, env })).found['artifacts']).toEqual({
      state: 'missing',
      found: '1 file is edited by hand or in the way',
      fix: 'platform compile --check',
    });
    writeFileSync(join(cwd, 'platform.yaml'), 'apiVersion: platform/v1\nname: Alps\n');
    expect((await doctor([], { cwd, env })).found).toMatchObject({
      spec: { state: 'missing', found: 'platform.yaml: 3 mistakes in the spec', fix: 'platform validate' },
    });
    expect((await doctor(['--spec', 'gone.yaml'], { cwd, env })).found['spec']).toMatchObject({ state: 'missing' });
  }, 60_000);

  test('for people: a line each, and what mends it below', async () => {
    const { code, stdout } = await runCli(['doctor'], { cwd: await make(), home: 'empty', env });
    expect([code, stdout]).toEqual([1, expect.stringContaining('\nok       gcloud             gcloud 500.0.0\n')]);
    expect(stdout).toMatch(/\nmissing {2}artifacts +never compiled: default\n +→ platform compile\n/);
    expect(stdout).toMatch(/\n\n1 thing is missing\n$/);
  });

  test('an embedded database that is in use is left alone, and its holder named', async () => {
    const cwd = await make();
    const folder = join(cwd, '.platform/default');
    mkdirSync(join(folder, 'data'), { recursive: true });
    const lock = await lockFolder(folder, () => undefined);
    const { found } = await doctor([], { cwd, env });
    await lock.release();
    expect(found['embedded database']).toMatchObject({
      state: 'note',
      found: `.platform/default is in use by process ${process.pid}, and was not opened`,
    });
  });

  test('one DSN alone, and servers that are not there: no password in any word', async () => {
    const cwd = await make();
    const dsn = 'postgresql://ana:hunter2@127.0.0.1:1/pgstac';
    const alone = await doctor([], { cwd, env: { ...env, INGEST_DB_DSN: dsn } });
    expect(alone.found['databases']).toMatchObject({
      state: 'missing',
      found: 'INGEST_DB_DSN is set, but PGSTAC_DSN is not',
    });
    const { text, found } = await doctor([], { cwd, env: { ...env, PGSTAC_DSN: dsn, INGEST_DB_DSN: dsn } });
    expect(found).toMatchObject({
      'pgstac database': { state: 'missing', found: expect.stringContaining('ECONNREFUSED') },
      'ingest database': { state: 'missing', found: expect.stringContaining('INGEST_DB_DSN') },
    });
    expect(text + alone.text).not.toContain('hunter2');
  });
});

test('a server that takes a connection and says nothing is given up', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
  try {
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const cwd = makeTemporaryFolder('silent');
    await runCli(['init', '--project', 'acme-earth'], { cwd });
    const dsn = `postgresql://ana@127.0.0.1:${port}/pgstac`;
    const started = performance.now();
    const env = { PATH: makePath(everything), PGSTAC_DSN: dsn, INGEST_DB_DSN: dsn };
    const { found } = await doctor(['--timeout', '1'], { cwd, env });
    expect(performance.now() - started).toBeLessThan(12_000);
    expect(found['pgstac database']).toMatchObject({ state: 'missing' });
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
}, 30_000);

describeWith(['postgres15', 'python'], 'servers', () => {
  test('are reached, and lack what db init makes', async () => {
    const server: Postgres = await startPostgres();
    try {
      const cwd = makeTemporaryFolder('servers');
      await runCli(['init', '--project', 'acme-earth'], { cwd });
      const env = { PGSTAC_DSN: server.superuserDsn, INGEST_DB_DSN: server.superuserDsn };
      expect((await doctor([], { cwd, env })).found).toMatchObject({
        'pgstac database': { state: 'ok', found: 'reached (PGSTAC_DSN)' },
        'ingest database': { state: 'ok' },
        databases: { state: 'missing', fix: 'run `platform db init`' },
      });
      expect((await runCli(['db', 'init'], { cwd, env })).code).toBe(0);
      expect((await doctor([], { cwd, env })).found['databases']).toMatchObject({ state: 'ok' });
    } finally {
      await server.stop();
    }
  }, 120_000);
});
