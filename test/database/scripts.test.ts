import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import { createReleasePorts } from '../../src/cli/release-ports.ts';
import { obtainPgstacSql } from '../../src/database/release-source.ts';
import { openServer } from '../../src/database/server.ts';
import { verifyDatabases } from '../../src/database/verify.ts';
import { listSqlScripts, sqlTarget } from '../../src/emit/sql.ts';
import { hostileValues } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { findPostgres, type Postgres, startPostgres } from '../support/postgres.ts';
import { runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeContext, makePlatform } from './support.ts';

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

const password = `it's "$HOME" $(id) \\. \\n 'x' \`y\` %s ü\ttab :x  `;

describeWith(['postgres15', 'python'], 'scripts/db on a server of one’s own', () => {
  const folder = makeTemporaryFolder('scripts');
  const hosting = {
    virtualMachines: { zone: 'europe-west1-b', machineType: 'e2-standard-4', diskGb: 200, clients: ['10.0.0.0/16'] },
  };
  const settings = { context: 'auto', hostile: hostileValues['dollar quote'] };
  const platform = makePlatform({ hosting, databases: { pgstac: { settings } } });
  let server: Postgres;
  let pgstacFile: string;

  beforeAll(async () => {
    for (const { path, text, executable } of sqlTarget.emit(platform, { specText: '' })) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      if (executable) chmodSync(file, 0o755);
    }
    const sql = await obtainPgstacSql({ version: '0.9.11', source: null }, createReleasePorts(makeContext()));
    pgstacFile = join(folder, 'pgstac file.sql.gz');
    writeFileSync(pgstacFile, gzipSync(sql));
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

  const run = (script: string, args: readonly string[], env: Record<string, string>) =>
    runProcess(join(folder, 'scripts/db', script), args, {
      cwd: folder,
      env: {
        PATH: `${findPostgres()}:${process.env['PATH']}`,
        PGHOST: server.host,
        PGPORT: String(server.port),
        PGUSER: 'postgres',
        PGPASSWORD: 'admin',
        ...env,
      },
    });
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
    await server.psql("CREATE ROLE helper LOGIN PASSWORD 'helper'; GRANT pg_read_all_data TO helper");
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

  test('another version than the spec’s is refused before anything is made', async () => {
    const other = join(folder, 'other.sql');
    writeFileSync(other, `SELECT set_version('0.10.0');\n`);
    const refused = await run('init-pgstac.sh', [other], { PGSTAC_PASSWORD: 'x' });
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is pgSTAC 0.10.0; this platform is on 0.9.11'),
    });
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

describeWith(['shellcheck'], 'scripts/db', () => {
  test('shellcheck has nothing to say', async () => {
    const folder = makeTemporaryFolder('shellcheck');
    const scripts = sqlTarget.emit(makePlatform(), { specText: '' }).filter(({ executable }) => executable);
    expect(scripts.map(({ path }) => path)).toEqual(['scripts/db/init-postgres.sh', 'scripts/db/init-pgstac.sh']);
    for (const [index, { text }] of scripts.entries()) {
      const file = join(folder, `${index}.sh`);
      writeFileSync(file, text);
      expect(await runProcess('shellcheck', ['--enable=all', '--exclude=SC2250,SC2310,SC2311,SC2312', file])).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
    }
  });
});
