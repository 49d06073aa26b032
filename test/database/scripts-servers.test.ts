import { chmodSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createReleasePorts } from '../../src/cli/release-ports.ts';
import { obtainPgstacSql } from '../../src/database/release-source.ts';
import { describeWith } from '../support/needs.ts';
import { findPostgres, type Postgres, startPostgres } from '../support/postgres.ts';
import { type RunResult, runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { machinesHosting, runScript, type ScriptRun, writePgstacFile, writeScripts } from './scripts.fixture.ts';
import { makeContext, makePlatform } from './support.ts';

type Script = ScriptRun['script'];
const both = ['init-postgres.sh', 'init-pgstac.sh'] as const;

describeWith(['postgres15', 'python'], 'scripts/db on the servers of others', () => {
  const folder = writeScripts(makePlatform({ hosting: machinesHosting }));
  let server: Postgres;
  let pgstacFile: string;

  beforeAll(async () => {
    pgstacFile = await writePgstacFile(folder, '0.9.11');
  });
  beforeEach(async () => {
    server = await startPostgres({ password: 'admin' });
  });
  afterEach(() => server.stop());

  const run = (script: Script, options: Partial<ScriptRun> = {}): Promise<RunResult> =>
    runScript({
      folder,
      server,
      script,
      args: script === 'init-pgstac.sh' ? [pgstacFile] : [],
      ...options,
      env: { INGEST_PASSWORD: 'new password', PGSTAC_PASSWORD: 'new password', ...options.env },
    });
  const dumpPgstac = async () =>
    (await runOrThrow(server.bin('pg_dump'), ['-d', server.dsn('pgstac')])).stdout.replace(
      /^\\(un)?restrict .*$/gm,
      '',
    );

  describe('of another encoding', () => {
    // As `initdb` leaves it where no locale is set.
    beforeEach(async () => {
      await server.psql(`ALTER DATABASE template1 IS_TEMPLATE false`);
      await server.psql(`DROP DATABASE template1`);
      await server.psql(`CREATE DATABASE template1 ENCODING 'SQL_ASCII' TEMPLATE template0`);
    });

    test('both databases are in UTF8, so that JSON’s escapes are letters', async () => {
      for (const script of both) expect(await run(script)).toMatchObject({ code: 0, stderr: '' });
      expect(await server.psql(`SELECT '"z\\u00fc"'::jsonb`, 'pgstac')).toBe('"zü"');
      expect(await server.psql('SHOW server_encoding', 'ingest')).toBe('UTF8');
    });

    test.each(both)('a database that is there in it is refused, and nothing is made: %s', async (script) => {
      const database = script === 'init-pgstac.sh' ? 'pgstac' : 'ingest';
      await server.createDatabase(database);
      const refused = await run(script);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain(`database ${database} is there in another encoding than UTF8`);
      expect(await server.psql(`SELECT count(*) FROM pg_roles WHERE rolname ~ '^(ingest|pgstac)_'`)).toBe('0');
    });
  });

  test('three of each at the same time all end well', async () => {
    const ended = await Promise.all([1, 2, 3].flatMap(() => both.map((script) => run(script))));
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(ended.map(() => [0, '']));
  });

  test('another pgSTAC that is there keeps all that it has', async () => {
    await server.createDatabase('pgstac');
    const old = await obtainPgstacSql({ version: '0.10.0', source: null }, createReleasePorts(makeContext()));
    await server.psql('CREATE EXTENSION postgis; CREATE EXTENSION btree_gist; CREATE EXTENSION unaccent', 'pgstac');
    await server.psql(old, 'pgstac');
    const members = () => server.psql('SELECT roleid, member FROM pg_auth_members ORDER BY 1, 2');
    const before = [await dumpPgstac(), await members()];
    expect(await run('init-pgstac.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('database pgstac has pgSTAC 0.10.0, and nothing was changed in it'),
    });
    expect([await dumpPgstac(), await members()]).toEqual(before);
  });

  test('a schema of that name without pgSTAC is refused', async () => {
    await server.createDatabase('pgstac');
    await server.psql('CREATE SCHEMA pgstac', 'pgstac');
    expect(await run('init-pgstac.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has pgSTAC of no version, and nothing was changed'),
    });
  });

  // psql as a program that is killed, its parent with it, a moment after the nth has begun.
  test.each([1, 2, 3, 4])('killed at psql number %d, the next run makes it whole', async (nth) => {
    const bin = makeTemporaryFolder('bin');
    const wrapper = `#!/bin/bash
echo >>'${bin}/count'
if [ "$(wc -l <'${bin}/count')" != ${nth} ]; then exec '${findPostgres()}/psql' "$@"; fi
'${findPostgres()}/psql' "$@" <&0 & sleep 0.4
kill -KILL $! "$PPID"
`;
    writeFileSync(join(bin, 'psql'), wrapper);
    chmodSync(join(bin, 'psql'), 0o755);
    const killed = await run('init-pgstac.sh', { env: { PATH: `${bin}:${process.env['PATH']}` } });
    expect(killed.code).not.toBe(0);
    expect(await run('init-pgstac.sh')).toMatchObject({ code: 0, stderr: '' });
    expect(await server.psql('SELECT pgstac.get_version()', 'pgstac')).toBe('0.9.11');
    expect(await server.psql('SELECT platform FROM platform.installation', 'pgstac')).toBe('sentinel2');
  });

  test('a login that was there and is shut out is told of', async () => {
    await server.psql(`CREATE ROLE ingest_user VALID UNTIL '2020-01-01'`);
    expect(await run('init-postgres.sh')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('ingest_user was there before, and gets in with no password'),
    });
  });

  test('by a password file, with a HOME that nothing can be written to, and with TLS where it is asked for', async () => {
    const home = makeTemporaryFolder('home');
    writeFileSync(join(home, 'pass'), `*:*:*:postgres:admin\n`, { mode: 0o600 });
    const env = { PGPASSWORD: '', PGPASSFILE: join(home, 'pass'), PGSSLMODE: 'prefer', HOME: '/proc' };
    expect(await run('init-postgres.sh', { env })).toMatchObject({ code: 0, stderr: '' });
    const refused = await run('init-postgres.sh', { env: { ...env, PGSSLMODE: 'require' } });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('server does not support SSL') });
  });

  test('from wherever it is called, with CDPATH set, and with pgSTAC from a pipe', async () => {
    const base = dirname(folder);
    const called = `cd '${base}' && bash ${basename(folder)}/scripts/db/init-pgstac.sh <(cat '${pgstacFile}')`;
    const ran = await run('init-pgstac.sh', { env: { CDPATH: base }, shell: ['bash', '-c', called] });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('is ready with pgSTAC 0.9.11') });
  });
});
