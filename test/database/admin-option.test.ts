import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Database } from '../../src/database/connection.ts';
import { openEmbedded } from '../../src/database/embedded.ts';
import type { DatabaseFailure } from '../../src/database/failure.ts';
import type { InitialiseReport } from '../../src/database/initialise.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { initialise, makePlatform } from './support.ts';

// Up to PostgreSQL 15 CREATEROLE may grant and alter any role. The embedded one is 18, and takes logins too.
describe('since PostgreSQL 16, where another installer needs the ADMIN OPTION of the roles', () => {
  let database: Database;
  const later = makePlatform({ databases: { pgstac: { pgstac: '0.10.0' } } });
  const run = (login: string, sql: string) =>
    database.session((session) => session.run(`SET SESSION AUTHORIZATION ${login}; ${sql}`));
  const upgrade = async (): Promise<InitialiseReport | DatabaseFailure> => {
    await run('ben', '');
    return await initialise({ pgstac: database, ingest: database }, later).catch((error: DatabaseFailure) => error);
  };

  beforeAll(async () => {
    database = await openEmbedded(makeTemporaryFolder('embedded'), { onWait: () => undefined });
    const extensions = ['postgis', 'btree_gist', 'unaccent'].map((name) => `CREATE EXTENSION ${name} SCHEMA public;`);
    const [here] = await database.session((session) =>
      session.query<{ name: string }>('SELECT quote_ident(current_database()) AS name'),
    );
    await run(
      'postgres',
      `${extensions.join('')} CREATE ROLE ann LOGIN CREATEROLE; CREATE ROLE ben LOGIN CREATEROLE;
      ALTER DATABASE ${here?.name} OWNER TO ann; ALTER SCHEMA public OWNER TO ann;`,
    );
    await run('ann', '');
    expect(await initialise({ pgstac: database, ingest: database }, makePlatform())).toMatchObject({
      pgstac: 'installed',
    });
    await run('ann', 'GRANT ingest_admin, ingest_read, ingest_write TO ben WITH ADMIN OPTION');
  }, 300_000);
  afterAll(() => database.close());

  test('a login that nobody let in is told what to ask for', async () => {
    expect(await upgrade()).toMatchObject({
      message: expect.stringContaining('has to GRANT pgstac_admin TO ben WITH ADMIN OPTION (SQLSTATE 42501)'),
    });
  }, 120_000);

  test('a mere member too, before anything is done', async () => {
    await run('ann', 'GRANT pgstac_admin, pgstac_read, pgstac_ingest TO ben');
    expect(await upgrade()).toMatchObject({
      message: expect.stringContaining('login ben may not migrate pgSTAC; nothing was changed'),
      hint: expect.stringContaining(': GRANT pgstac_admin, pgstac_read, pgstac_ingest TO ben WITH ADMIN OPTION'),
    });
  }, 120_000);

  test('what it is told is enough', async () => {
    await run('ann', 'GRANT pgstac_admin, pgstac_read, pgstac_ingest TO ben WITH ADMIN OPTION');
    expect(await upgrade()).toMatchObject({ pgstac: 'upgraded' });
    await run('ann', '');
    expect(await initialise({ pgstac: database, ingest: database }, later)).toMatchObject({ pgstac: 'present' });
  }, 120_000);
});
