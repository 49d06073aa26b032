import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import { openServer } from '../../src/database/server.ts';
import { verifyDatabases } from '../../src/database/verify/verify.ts';
import { listSqlScripts } from '../../src/emit/sql.ts';
import { hostileValues } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { findPostgres, type Postgres, startPostgres } from '../support/postgres.ts';
import { runProcess } from '../support/run.ts';
import {
  machinesHosting,
  hostilePassword as password,
  runScript,
  type ScriptRun,
  writePgstacFile,
  writeScripts,
} from './scripts.fixture.ts';
import { makePlatform } from './support.ts';

/** Those of the shell, of psql, of COPY, and one that SASLprep changes. */
const passwords = [
  'double quote',
  'single quote',
  'trailing backslash',
  'dollar quote',
  'newline',
  'CRLF',
  'tab',
  'here document',
  'psql variable',
  'combining',
  'controls',
];

describeWith(['postgres15', 'python'], 'scripts/db on a server of one’s own', () => {
  const settings = { context: 'auto', hostile: hostileValues['dollar quote'] };
  const platform = makePlatform({ hosting: machinesHosting, databases: { pgstac: { settings } } });
  const folder = writeScripts(platform);
  let server: Postgres;
  let pgstacFile: string;

  beforeAll(async () => {
    pgstacFile = await writePgstacFile(folder, '0.9.11');
    const logs = {
      log_statement: 'all',
      log_min_duration_statement: '0',
      log_min_error_statement: 'error',
      log_min_messages: 'debug1',
    };
    server = await startPostgres({
      password: 'admin',
      settings: { ...logs, logging_collector: 'on', log_directory: 'log' },
    });
  });

  const run = (
    script: ScriptRun['script'],
    args: readonly string[],
    env: ScriptRun['env'],
    shell?: readonly string[],
  ) => runScript({ folder, server, script, args, env, ...(shell === undefined ? {} : { shell }) });
  const log = () => server.psql(`SELECT string_agg(pg_read_file('log/' || name), '') FROM pg_ls_logdir() AS file`);

  test.each([1, 2])('both run, time %d, and make what verify finds whole', async () => {
    const ingest = await run('init-postgres.sh', [], { INGEST_PASSWORD: password });
    expect(ingest).toEqual({
      code: 0,
      stdout: 'database ingest is ready; ingest_user may write to ingestion_log\n',
      stderr: '',
    });
    const pgstac = await run('init-pgstac.sh', [pgstacFile], { PGSTAC_PASSWORD: password });
    expect(pgstac).toEqual({
      code: 0,
      stdout: 'database pgstac is ready with pgSTAC 0.9.11; pgstac_user may load items\n',
      stderr: '',
    });
    const pair = {
      pgstac: await openServer(server.dsn('pgstac', 'pgstac_user', password), { variable: 'PGSTAC_DSN' }),
      ingest: await openServer(server.dsn('ingest', 'ingest_user', password), { variable: 'INGEST_DB_DSN' }),
    };
    const checks = await verifyDatabases(pair, platform, () => 0);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    const stored = await pair.pgstac.session((session) =>
      session.query(`SELECT value FROM pgstac.pgstac_settings WHERE name = 'hostile'`),
    );
    expect(stored).toEqual([{ value: settings.hostile }]);
    await Promise.all([pair.pgstac.close(), pair.ingest.close()]);
  });

  test.each([...passwords.map((name) => [name, hostileValues[name] ?? '']), ["COPY's end", '\\.']])(
    'a password of %s gets in',
    async (_, hostile = '') => {
      expect(await run('init-postgres.sh', [], { INGEST_PASSWORD: hostile })).toMatchObject({ code: 0, stderr: '' });
      const login = ['-XAt', '-d', server.dsn('ingest', 'ingest_user'), '-c', 'SELECT current_user'];
      const env = { ...process.env, PGPASSWORD: hostile };
      expect(await runProcess(server.bin('psql'), login, { env })).toEqual({
        code: 0,
        stdout: 'ingest_user\n',
        stderr: '',
      });
    },
  );

  test('the logins’ files run under psql as well, and name who is not there yet', async () => {
    const texts = listSqlScripts(makePlatform()).filter(({ step }) => step === 'logins');
    const said = await Promise.all(texts.map(({ database, text }) => server.psql(text, database)));
    expect(said).toEqual([
      'sentinel2-loader@acme-earth.iam does not exist yet\nana@example.org does not exist yet',
      'sentinel2-loader@acme-earth.iam does not exist yet\nana@example.org does not exist yet',
    ]);
  });

  test('a password that is refused is in no log and no message', async () => {
    // Who may do everything but give others a password.
    await server.psql(
      `CREATE ROLE helper LOGIN PASSWORD 'helper';
       GRANT ingest_admin, ingest_write, ingest_read TO helper WITH ADMIN OPTION;`,
    );
    const refused = await run('init-postgres.sh', [], {
      INGEST_PASSWORD: password,
      PGUSER: 'helper',
      PGPASSWORD: 'helper',
    });
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/cannot set the password of ingest_user: /);
    for (const word of [password, '$(id)']) {
      expect(refused.stderr).not.toContain(word);
      expect(await log()).not.toContain(word);
    }
    expect(await log()).toContain('cannot set the password of ingest_user');
  });

  test('no process is given the password on its command line or in its environment', async () => {
    const record = join(folder, 'processes');
    mkdirSync(join(folder, 'bin'));
    const wrapper = `#!/bin/bash\n{ printf '%s\\n' "$@"; env; } >>'${record}'\nexec '${findPostgres()}/psql' "$@"\n`;
    writeFileSync(join(folder, 'bin/psql'), wrapper);
    chmodSync(join(folder, 'bin/psql'), 0o755);
    const path = `${join(folder, 'bin')}:${process.env['PATH']}`;
    const ran = await run('init-pgstac.sh', [pgstacFile], { PGSTAC_PASSWORD: password, PATH: path });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const processes = readFileSync(record, 'utf8');
    expect(processes).toContain('PGUSER=postgres');
    for (const word of [password, '$(id)', 'PGSTAC_PASSWORD']) expect(processes).not.toContain(word);
  });

  test.each([
    ['bash -x', {}, ['bash', '-x']],
    ['SHELLOPTS', { SHELLOPTS: 'xtrace' }, []],
  ])('a trace by %s does not show the password', async (_, env, shell) => {
    const ran = await run('init-postgres.sh', [], { INGEST_PASSWORD: password, ...env }, shell);
    expect(ran.code).toBe(0);
    expect(ran.stderr).not.toContain('$(id)');
    expect(ran.stderr).not.toContain('ALTER ROLE');
  });

  test('without a password for the admin login it ends, since there is no terminal to ask', async () => {
    const refused = await run('init-postgres.sh', [], { INGEST_PASSWORD: password, PGPASSWORD: '' });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('no password supplied') });
  });

  test("another platform's server is refused, and its login keeps its password", async () => {
    const other = writeScripts(makePlatform({ name: 'landsat', hosting: machinesHosting }));
    const hashes = () => server.psql('SELECT rolname, rolpassword FROM pg_authid ORDER BY 1');
    const before = await hashes();
    const given = { folder: other, server, env: { INGEST_PASSWORD: 'other', PGSTAC_PASSWORD: 'other' } };
    for (const refused of [
      await runScript({ ...given, script: 'init-postgres.sh' }),
      await runScript({ ...given, script: 'init-pgstac.sh', args: [pgstacFile] }),
    ]) {
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain('this database belongs to platform sentinel2');
    }
    expect(await hashes()).toBe(before);
  });

  test('another version than the spec’s is refused before anything is made', async () => {
    const other = join(folder, 'other.sql');
    writeFileSync(other, `SELECT set_version('0.10.0');\n`);
    const refused = await run('init-pgstac.sh', [other], { PGSTAC_PASSWORD: 'x' });
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is pgSTAC 0.10.0; this platform is on 0.9.11'),
    });
  });

  test('other bytes under the right version are refused before anything is made', async () => {
    const sql = `${gunzipSync(readFileSync(pgstacFile)).toString()}\nCREATE ROLE intruder SUPERUSER;\n`;
    const files = { 'changed.sql': sql, 'changed.sql.gz': gzipSync(sql) };
    for (const [name, bytes] of Object.entries(files)) {
      const file = join(folder, name);
      writeFileSync(file, bytes);
      expect(await run('init-pgstac.sh', [file], { PGSTAC_PASSWORD: 'x' })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`${file} has other bytes than pgSTAC 0.9.11`),
      });
    }
    const half = join(folder, 'half.sql.gz');
    writeFileSync(half, readFileSync(pgstacFile).subarray(0, 20_000));
    expect((await run('init-pgstac.sh', [half], { PGSTAC_PASSWORD: 'x' })).code).not.toBe(0);
    expect(await server.psql(`SELECT count(*) FROM pg_roles WHERE rolname = 'intruder'`)).toBe('0');
  });

  test('what is missing is said', async () => {
    expect(await run('init-postgres.sh', [], {})).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('set INGEST_PASSWORD'),
    });
    expect(await run('init-pgstac.sh', [], { PGSTAC_PASSWORD: 'x' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('usage:'),
    });
  });
});
