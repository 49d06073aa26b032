import { beforeAll, describe, expect, test } from '@jest/globals';
import { openServer } from '../../src/database/server.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { runOrThrow } from '../support/run.ts';
import { hostilePassword, machinesHosting, runScript, writePgstacFile, writeScripts } from './scripts.fixture.ts';
import { initialise, makePlatform } from './support.ts';

/** A server whose admins are no superusers, one of whom owns a database `pgstac` with PostGIS, which only a superuser makes. */
async function startOwnServer(): Promise<Postgres> {
  const server = await startPostgres({ password: 'admin' });
  await server.psql(`
    CREATE ROLE installer LOGIN CREATEROLE CREATEDB PASSWORD 'admin';
    CREATE ROLE colleague LOGIN CREATEROLE CREATEDB PASSWORD 'admin';
    CREATE DATABASE pgstac OWNER installer;`);
  await server.psql('CREATE EXTENSION postgis', 'pgstac');
  return server;
}

/** Everything that the catalogs say: roles and who is a member of what; databases, their objects, owners, grants, settings. */
async function dumpServer(server: Postgres): Promise<readonly string[]> {
  const dump = async (program: string, args: readonly string[], database: string): Promise<string> => {
    const { stdout } = await runOrThrow(server.bin(program), [...args, '-d', server.dsn(database)]);
    return stdout.replace(/^\\(un)?restrict .*$/gm, '');
  };
  return [
    await dump('pg_dumpall', ['--roles-only', '--no-role-passwords'], 'postgres'),
    await dump('pg_dump', ['--schema-only', '--create'], 'ingest'),
    await dump('pg_dump', ['--schema-only', '--create'], 'pgstac'),
    await server.psql('SELECT platform, environment, version FROM platform.installation', 'ingest'),
    await server.psql('SELECT platform, environment, version FROM platform.installation', 'pgstac'),
    await server.psql('SELECT * FROM pgstac.pgstac_settings ORDER BY name', 'pgstac'),
    await server.psql('SELECT pgstac.get_version(), extname FROM pg_extension ORDER BY 2', 'pgstac'),
  ];
}

describeWith(['postgres15', 'python'], 'scripts/db and `platform db init`', () => {
  describe.each(['0.9.11', '0.10.0'])('with pgSTAC %s', (version) => {
    const platform = makePlatform({
      hosting: machinesHosting,
      databases: { pgstac: { pgstac: version, settings: { context: 'auto' } } },
    });
    const folder = writeScripts(platform);
    let server: Postgres;
    let pgstacFile: string;

    beforeAll(async () => {
      server = await startOwnServer();
      pgstacFile = await writePgstacFile(folder, version);
    });

    async function runBoth(user: string, password: string): Promise<void> {
      const env = { PGUSER: user, INGEST_PASSWORD: password, PGSTAC_PASSWORD: password };
      for (const [script, args] of [['init-postgres.sh', []] as const, ['init-pgstac.sh', [pgstacFile]] as const]) {
        expect(await runScript({ folder, server, script, args, env })).toMatchObject({ code: 0, stderr: '' });
      }
    }
    const whoGetsIn = (password: string) =>
      Promise.all(
        (['ingest', 'pgstac'] as const).map(async (name) => {
          const database = await openServer(server.dsn(name, `${name}_user`, password), { variable: 'DSN' });
          const rows = await database.session((session) =>
            session.query<{ login: string }>('SELECT current_user::text AS login'),
          );
          await database.close();
          return rows[0]?.login;
        }),
      );

    test('leave the same server, by an admin who is no superuser', async () => {
      await runBoth('installer', 'first password');
      const other = await startOwnServer();
      await other.psql(
        'CREATE DATABASE ingest OWNER installer; CREATE ROLE ingest_user LOGIN; CREATE ROLE pgstac_user LOGIN',
      );
      const pair = {
        pgstac: await openServer(other.dsn('pgstac', 'installer', 'admin'), { variable: 'PGSTAC_DSN' }),
        ingest: await openServer(other.dsn('ingest', 'installer', 'admin'), { variable: 'INGEST_DB_DSN' }),
      };
      expect(await initialise(pair, platform)).toEqual({ pgstac: 'installed', missingLogins: [] });
      await Promise.all([pair.pgstac.close(), pair.ingest.close()]);
      expect(await dumpServer(server)).toEqual(await dumpServer(other));
      // Neither changes what the other made.
      const before = await dumpServer(other);
      const env = { PGUSER: 'installer', INGEST_PASSWORD: 'x', PGSTAC_PASSWORD: 'x' };
      await runScript({ folder, server: other, script: 'init-postgres.sh', env });
      await runScript({ folder, server: other, script: 'init-pgstac.sh', args: [pgstacFile], env });
      expect(await dumpServer(other)).toEqual(before);
    });

    test('a second run changes nothing but the password', async () => {
      const before = await dumpServer(server);
      await runBoth('installer', hostilePassword);
      expect(await dumpServer(server)).toEqual(before);
      expect(await whoGetsIn(hostilePassword)).toEqual(['ingest_user', 'pgstac_user']);
      await expect(whoGetsIn('first password')).rejects.toThrow(/password authentication failed/);
    });

    test.each([
      ['another admin', 'colleague'],
      ['the superuser', 'postgres'],
    ])('%s may run them again, and becomes a member of the group roles alone', async (_, user) => {
      const before = await dumpServer(server);
      await runBoth(user, `${user}'s "own" $password`);
      const [roles, ...rest] = await dumpServer(server);
      const added = (roles ?? '').split('\n').filter((line) => !before[0]?.includes(line));
      expect(added.every((line) => new RegExp(`^GRANT \\w+_(admin|read|write|ingest) TO ${user} `).test(line))).toBe(
        true,
      );
      expect(rest).toEqual(before.slice(1));
      expect(await whoGetsIn(`${user}'s "own" $password`)).toEqual(['ingest_user', 'pgstac_user']);
    });
  });
});
