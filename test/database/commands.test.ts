import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { runDbInit, runDbStatus } from '../../src/cli/commands/db.ts';
import { runIngest, runIngestPlan } from '../../src/cli/commands/ingest.ts';
import { runVerify } from '../../src/cli/commands/verify.ts';
import type { CommandError, Context, ExitCode } from '../../src/cli/context.ts';
import { ensureInitialised, openDatabases } from '../../src/cli/databases.ts';
import { layoutVersion } from '../../src/model/layout.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { projectRoot } from '../support/root.ts';
import { runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeContext, makeLoaded, makePlatform, makeSpec } from './support.ts';

const machines = {
  virtualMachines: { zone: 'europe-west1-b', machineType: 'e2-standard-4', diskGb: 200, clients: ['10.0.0.0/16'] },
};

/** A project folder with a spec, and its commands as a user in it runs them. */
function makeProject(change: { readonly [key: string]: unknown } = {}) {
  const folder = makeTemporaryFolder('project');
  writeFileSync(join(folder, 'platform.yaml'), stringify(makeSpec(change)));
  const run = async (
    command: (context: Context, options: { format: 'pretty' | 'json' }) => Promise<ExitCode>,
    env: Record<string, string> = {},
    format: 'pretty' | 'json' = 'pretty',
  ) => {
    const context = makeContext(env, folder);
    try {
      const code = await command(context, { format });
      return { code, ...context.said(), message: '', hint: '' };
    } catch (error) {
      const { exitCode, message, hint = '' } = error as CommandError;
      if (exitCode === undefined) throw error;
      return { code: exitCode, ...context.said(), message, hint };
    }
  };
  return { folder, run };
}

describe('the embedded database', () => {
  const { folder, run } = makeProject();
  const data = join(folder, '.platform/default/data');
  const targets = `pgstac  embedded database in ${folder}/.platform/default\ningest  embedded database in ${folder}/.platform/default\n`;

  test('is not made by looking at it', async () => {
    for (const command of [runDbStatus, runVerify])
      expect(await run(command)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: targets,
        hint: 'run `platform db init`',
      });
    expect(existsSync(data)).toBe(false);
  });

  test('that is not there yet is named with the command that makes it, as it is typed', async () => {
    const named = join(folder, 'other.yaml');
    writeFileSync(named, stringify({ ...makeSpec(), environments: { dev: {}, prod: {} } }));
    expect(
      await run((context, options) => runDbStatus(context, { ...options, spec: named, env: 'dev' })),
    ).toMatchObject({ code: 1, hint: `run \`platform db init --spec ${named} --env dev\`` });
  });

  test('whose folder cannot be made is no stack trace', async () => {
    const other = makeProject();
    writeFileSync(join(other.folder, '.platform'), 'a file');
    expect(await other.run(runDbInit)).toMatchObject({
      code: 4,
      hint: 'make its project writable, or name servers with PGSTAC_DSN and INGEST_DB_DSN',
    });
  });

  test('is not made for a pipeline that is not there', async () => {
    for (const command of [runIngest, runIngestPlan])
      expect(
        await run((context, options) => command(context, { ...options, pipeline: 'sentinle2', skip: true })),
      ).toMatchObject({ code: 2, stderr: '', message: 'the spec has no pipeline "sentinle2"' });
    expect(existsSync(data)).toBe(false);
  });

  test('is made by db init, and found whole by db status and verify', async () => {
    expect(await run(runDbInit)).toMatchObject({
      code: 0,
      stdout: 'pgSTAC 0.9.11 installed; schema platform and ingestion_log are ready\n',
      stderr: expect.stringContaining(targets),
    });
    expect(await run(runDbInit)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('pgSTAC 0.9.11 was there'),
      stderr: targets,
    });
    const status = await run(runDbStatus);
    expect(status).toMatchObject({ code: 0, stderr: targets });
    expect(status.stdout).toMatch(
      /^pgstac\n {2}server +PostgreSQL 18\.\d+ +embedded\n {2}platform +sentinel2, default\n/,
    );
    expect(status.stdout).toMatch(/\n {14}postgis +3\.\d+\.\d+\n/);
    expect(status.stdout).toMatch(
      /\n\ningest\n(.*\n)* {2}tables +public\.ingestion_log +0 rows\n +public\.ingestion_run +0 rows\n +public\.ingestion_shard +0 rows\n$/,
    );
    expect(status.stdout).not.toMatch(/ \n/);
    const verify = await run(runVerify);
    expect(verify).toMatchObject({ code: 0, stderr: targets });
    expect(verify.stdout).toMatch(/^ok {2}pgstac {2}server +\d+ ms {2}PostgreSQL 18/);
    expect(verify.stdout).toMatch(/\nok {2}pgstac {2}search +\d+ ms {2}a FeatureCollection of 0, by a CQL2 filter\n/);
    expect(verify.stdout).toMatch(/\n\nevery check passed\n$/);
  }, 120_000);

  test('prints JSON for programs', async () => {
    const init = await run(runDbInit, {}, 'json');
    expect(JSON.parse(init.stdout)).toEqual({ pgstac: { version: '0.9.11', state: 'present' }, missingLogins: [] });
    const status = JSON.parse((await run(runDbStatus, {}, 'json')).stdout);
    expect(status).toMatchObject({
      complete: true,
      databases: [{ database: 'pgstac', pgstac: { wanted: '0.9.11', found: '0.9.11' } }, { database: 'ingest' }],
    });
    const verify = JSON.parse((await run(runVerify, {}, 'json')).stdout);
    expect(verify).toMatchObject({
      ok: true,
      checks: expect.arrayContaining([
        expect.objectContaining({ database: 'pgstac', name: 'items', ok: true, detail: '0 rows' }),
      ]),
    });
  }, 120_000);

  test.each([
    ['of an older layout', "version = '1'", / has layout 1 of .* knows layout \d+$/, 'use the version of this program'],
    [
      'of another platform',
      "platform = 'landsat'",
      / belongs to platform landsat, /,
      'give the spec its old name back',
    ],
  ])(
    '%s is refused, with what to do',
    async (_, change, said, instead) => {
      const { folder: other, run: runOther } = makeProject();
      mkdirSync(join(other, '.platform'));
      cpSync(join(folder, '.platform/default'), join(other, '.platform/default'), { recursive: true });
      const databases = await openDatabases(makeContext(), makeLoaded(makePlatform(), other));
      await databases.pgstac.session((session) => session.run(`UPDATE platform.installation SET ${change}`));
      await databases.close();
      for (const command of [runDbInit, (context: Context) => runIngest(context, { format: 'pretty', skip: true })])
        expect(await runOther(command)).toMatchObject({
          code: 4,
          message: expect.stringMatching(said),
          hint: expect.stringContaining(`delete ${other}/.platform/default and load again, or ${instead}`),
        });
      expect(await runOther(runVerify)).toMatchObject({ code: 1 });
    },
    120_000,
  );

  test('of an older pgSTAC is upgraded, and of a later one refused, with what to do', async () => {
    const want = (version: string) =>
      writeFileSync(join(folder, 'platform.yaml'), stringify(makeSpec({ databases: { pgstac: { pgstac: version } } })));
    const path = '0.9.11 → 0.9.12 → 0.10.0';
    want('0.10.0');
    expect(await run(runVerify)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`0.9.11 is installed, the spec wants 0.10.0: db init upgrades it (${path})`),
    });
    expect(await run(runDbStatus)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        RegExp(`pgSTAC +0.9.11 +the spec wants 0.10.0: db init upgrades it \\(${path}\\)\n`),
      ),
      stderr: expect.stringContaining('run `platform db init`'),
    });
    expect(await run(runDbInit)).toMatchObject({
      code: 0,
      stdout: 'pgSTAC 0.10.0 took the older one’s place; schema platform and ingestion_log are ready\n',
      stderr: expect.stringContaining(`upgrading pgSTAC ${path}: readers and loaders wait\n`),
    });
    expect(await run(runVerify)).toMatchObject({ code: 0 });

    want('0.9.12');
    const later = 'pgSTAC 0.10.0 is installed, which is later than the 0.9.12 of the spec';
    const advice = `delete ${folder}/.platform/default and load again, or set databases.pgstac.pgstac to what is there`;
    const load = (context: Context) => runIngest(context, { format: 'pretty', skip: true });
    for (const command of [runDbInit, load])
      expect(await run(command)).toMatchObject({ code: 4, message: expect.stringContaining(later), hint: advice });
    expect(await run(runVerify)).toMatchObject({ code: 1, stdout: expect.stringContaining(`${later}; `) });
    expect(await run(runDbStatus)).toMatchObject({ code: 1, stderr: expect.stringContaining(`  → ${advice}\n`) });
  }, 120_000);

  test('is initialised for the loader where it is new', async () => {
    const platform = makePlatform({ databases: { pgstac: { pgstac: '0.10.0', extensions: ['pg_cron'] } } });
    const loaded = makeLoaded(platform, makeTemporaryFolder('loader'));
    const context = makeContext();
    const databases = await openDatabases(context, loaded);
    await ensureInitialised(context, loaded, databases);
    const [row] = await databases.ingest.session((session) =>
      session.query('SELECT pgstac.get_version() AS version, count(*) AS log FROM ingestion_log'),
    );
    expect(row).toEqual({ version: '0.10.0', log: '0' });
    expect(context.said().stderr).toMatch(/left out, the embedded database does not have it: pg_cron/);
    await databases.close();
  }, 120_000);
});

describe('which databases are meant', () => {
  const { folder, run } = makeProject();
  const dsn = 'postgresql://me:s3cret@127.0.0.1:1/one';
  const other = 'host=127.0.0.1 port=2 dbname=two user=you password=s3cret';

  test.each([
    ['one without the other', { PGSTAC_DSN: dsn }, /PGSTAC_DSN is set, but INGEST_DB_DSN is not/],
    ['the other without the one', { INGEST_DB_DSN: dsn }, /INGEST_DB_DSN is set, but PGSTAC_DSN is not/],
    ['neither in a pod', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, /in a pod there is no embedded database/],
    ['what is no DSN', { PGSTAC_DSN: 'mysql://me:s3cret@h/x', INGEST_DB_DSN: dsn }, /^PGSTAC_DSN: the DSN is neither/],
    [
      'a server that is not there',
      { PGSTAC_DSN: dsn, INGEST_DB_DSN: other },
      /^PGSTAC_DSN \(database one at 127\.0\.0\.1:1 as me\): .*ECONNREFUSED/,
    ],
  ])('%s exits 4', async (_, env, said) => {
    for (const command of [runDbInit, runDbStatus]) {
      const result = await run(command, env as unknown as Record<string, string>);
      expect(result).toMatchObject({ code: 4, stdout: '', message: expect.stringMatching(said) });
      expect(JSON.stringify(result)).not.toContain('s3cret');
    }
    expect(existsSync(join(folder, '.platform'))).toBe(false);
  });

  test('verify tries both servers, whichever is not there', async () => {
    // Whoever runs this may have credentials of Google's.
    const result = await run(runVerify, { PGSTAC_DSN: dsn, INGEST_DB_DSN: other, CLOUDSDK_CONFIG: folder });
    expect(result).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(
        /\ncheck the host and port of the DSN.*\nfrom a laptop the way to a server of environment default is .*: its team\/access\.md has the lines\n$/,
      ),
    });
    expect(result.stdout).toMatch(
      /^FAILED {2}pgstac +server .*database one .*ECONNREFUSED.*\nFAILED {2}ingest +server .*database two .*ECONNREFUSED.*\n- +instance .*not asked: no application default credentials here: .*\n\n2 of 3 checks failed\n$/,
    );
    expect(JSON.stringify(result)).not.toContain('s3cret');
    expect(await run(runVerify, { PGSTAC_DSN: dsn })).toMatchObject({ code: 4, stdout: '' });
  });

  test('both are named first, and PGSTAC_DSN wins over PGSTAC_URI', async () => {
    const both = await run(runDbInit, { PGSTAC_DSN: dsn, PGSTAC_URI: other, INGEST_DB_DSN: other });
    expect(both.stderr).toBe(
      'pgstac  database one at 127.0.0.1:1 as me (PGSTAC_DSN)\ningest  database two at 127.0.0.1:2 as you (INGEST_DB_DSN)\n',
    );
    const uri = await run(runDbInit, { PGSTAC_URI: other, INGEST_DB_DSN: other });
    expect(uri.stderr).toMatch(/^pgstac {2}database two at 127\.0\.0\.1:2 as you \(PGSTAC_URI\)\n/);
  });
});

describeWith(['postgres15', 'python'], 'a server', () => {
  let server: Postgres;
  let env: Record<string, string>;
  const pipelines = { scenes: { source: { files: ['items/*'] } } };
  const { folder, run } = makeProject({ hosting: machines, pipelines });
  beforeAll(async () => {
    server = await startPostgres();
    for (const name of ['pgstac', 'ingest']) await server.createDatabase(name);
    env = { PGSTAC_DSN: server.dsn('pgstac'), INGEST_DB_DSN: server.dsn('ingest') };
  });

  test('that is new is refused to the loader, who is told what to run', async () => {
    const loaded = makeLoaded(makePlatform({ hosting: machines }), folder);
    const context = makeContext(env);
    const databases = await openDatabases(context, loaded);
    await expect(ensureInitialised(context, loaded, databases)).rejects.toMatchObject({
      exitCode: 4,
      hint: 'run `platform db init`',
    });
    await databases.close();
    expect(await run(runDbStatus, env)).toMatchObject({ code: 1, stdout: expect.stringMatching(/pgSTAC +missing/) });
  });

  test('is initialised by two processes at once; missing logins are listed, exit 1', async () => {
    const main = [
      '--import',
      pathToFileURL(join(projectRoot, 'test/database/typescript.mjs')).href,
      join(projectRoot, 'src/cli/main.ts'),
    ];
    const whole = { ...makeContext(env).env };
    const results = await Promise.all(
      [1, 2].map(() =>
        runProcess(process.execPath, [...main, 'db', 'init', '--format', 'json'], { cwd: folder, env: whole }),
      ),
    );
    expect(results.map(({ code }) => code)).toEqual([1, 1]);
    const reports = results.map(({ stdout }) => JSON.parse(stdout));
    expect(reports.map(({ pgstac }) => pgstac.state).sort()).toEqual(['installed', 'present']);
    expect(reports[0].missingLogins).toEqual([
      { name: 'pgstac_user', role: 'pgstac_ingest', owner: 'pgstac-postgres' },
      { name: 'ingest_user', role: 'ingest_write', owner: 'ingest-postgres' },
    ]);
    const again = await run(runDbInit, env);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('make them') });
    expect(again.stdout).toContain(
      'these logins do not exist yet:\n  pgstac_user  pgstac_ingest  pgstac-postgres\n  ingest_user  ingest_write   ingest-postgres\n',
    );
  });

  test('is whole once the logins are there', async () => {
    await server.psql('CREATE ROLE pgstac_user LOGIN; CREATE ROLE ingest_user LOGIN');
    expect(await run(runDbInit, env)).toMatchObject({
      code: 0,
      stdout: 'pgSTAC 0.9.11 was there; schema platform and ingestion_log are ready\n',
    });
    const asUsers = {
      PGSTAC_DSN: server.dsn('pgstac', 'pgstac_user'),
      INGEST_DB_DSN: server.dsn('ingest', 'ingest_user'),
    };
    expect(await run(runVerify, asUsers)).toMatchObject({ code: 0 });
    expect(await run(runDbStatus, asUsers)).toMatchObject({ code: 0 });
    const half = await run(runVerify, { ...asUsers, PGSTAC_DSN: 'postgresql://me@127.0.0.1:1/one' });
    expect(half).toMatchObject({ code: 4, stdout: expect.stringMatching(/^FAILED {2}pgstac .*\nok {6}ingest /) });
    expect(half.stdout).toMatch(/\n1 of 7 checks failed\n$/);
  });

  test('of another layout is refused to the loader, and found by db status and verify', async () => {
    const setLayout = (version: string) =>
      server.psql(`UPDATE platform.installation SET version = '${version}'`, 'pgstac');
    await setLayout('99');
    const context = makeContext(env);
    const loaded = makeLoaded(makePlatform({ hosting: machines }), folder);
    const databases = await openDatabases(context, loaded);
    await expect(ensureInitialised(context, loaded, databases)).rejects.toMatchObject({ exitCode: 4 });
    await databases.close();
    expect(await run(runDbStatus, env)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/\n {2}platform +sentinel2, default +has layout 99 /),
      stderr: expect.stringContaining('of another layout'),
    });
    expect(await run(runVerify, env)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/FAILED {2}pgstac {2}this platform .*has layout 99 /),
    });
    await setLayout(layoutVersion);
  });

  test('that says no to a stranger is an exit 4, not a stack', async () => {
    await server.psql('CREATE ROLE stranger LOGIN');
    const asStranger = {
      PGSTAC_DSN: server.dsn('pgstac', 'stranger'),
      INGEST_DB_DSN: server.dsn('ingest', 'stranger'),
    };
    expect(await run(runDbStatus, asStranger)).toMatchObject({
      code: 4,
      message: expect.stringContaining('SQLSTATE 42501'),
    });
    expect(await run(runDbInit, asStranger)).toMatchObject({
      code: 4,
      message: expect.stringContaining('SQLSTATE 42501'),
    });
    expect(await run(runVerify, asStranger)).toMatchObject({ code: 1 });
  });

  test.each([
    ['in neither role', '', 'schema platform'],
    ['in one of the two', 'pgstac_ingest', 'schema platform'],
    ['that may only read', 'pgstac_read, ingest_read', 'table run'],
  ])('tells a login %s which rights loading needs', async (_, roles, denied) => {
    await server.psql(`DROP ROLE IF EXISTS newcomer; CREATE ROLE newcomer LOGIN`);
    if (roles !== '') await server.psql(`GRANT ${roles} TO newcomer`);
    const asNewcomer = {
      PGSTAC_DSN: server.dsn('pgstac', 'newcomer'),
      INGEST_DB_DSN: server.dsn('ingest', 'newcomer'),
    };
    for (const command of [runIngest, runIngestPlan])
      expect(
        await run((context, options) => command(context, { ...options, pipeline: 'scenes', skip: true }), asNewcomer),
      ).toMatchObject({
        code: 4,
        message: expect.stringContaining(`permission denied for ${denied} (SQLSTATE 42501)`),
        hint: expect.stringMatching(/^to load, the logins need pgstac_ingest and ingest_write/),
      });
  });
});
