import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { sortScripts } from '../../src/cli/databases.ts';
import { initialiseDatabases } from '../../src/database/initialise.ts';
import { listMissingParts } from '../../src/database/missing-parts.ts';
import { openServer } from '../../src/database/server.ts';
import { readStatus } from '../../src/database/status.ts';
import { verifyDatabases } from '../../src/database/verify/verify.ts';
import { layoutVersion, olderLayouts } from '../../src/model/layout.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { projectRoot } from '../support/root.ts';
import { machinesHosting, runScript, writePgstacFile, writeScripts } from './scripts.fixture.ts';
import { initialise, makePlatform, makeReleasePorts } from './support.ts';

/** The scripts that an earlier version of the compiler wrote, as they were. */
const readOld = (layout: string, name: string) =>
  readFileSync(join(projectRoot, `test/database/layout-${layout}`, name), 'utf8');

/** Of every table of ours, but not in which order: a column that was added stands last. */
const COLUMNS = `SELECT string_agg(format('%s.%s %s %s %s', table_name, column_name, udt_name, is_nullable, column_default),
  E'\\n' ORDER BY table_name, column_name) FROM information_schema.columns WHERE table_schema IN ('platform', 'public')
  AND table_name NOT IN ('spatial_ref_sys', 'geography_columns', 'geometry_columns')`;

/** What holds the rows of our tables off; a constraint of a table that had rows was not looked for in them. */
const CONSTRAINTS = `SELECT string_agg(format('%s %s %s', conrelid::regclass, conname,
  replace(pg_get_constraintdef(oid), ' NOT VALID', '')), E'\\n' ORDER BY conrelid::regclass::text, conname) FROM pg_constraint
  WHERE connamespace IN ('platform'::regnamespace, 'public'::regnamespace) AND conrelid <> 0`;

const run = '01a2079b-dbcd-72bb-8194-9028b7d6a83c';
/** What an earlier runner left: a run that was killed between its batch and the log. */
const ROWS = `INSERT INTO platform.run (run, pipeline, shards, since) VALUES ('${run}', 'scenes', 2, '2024-01-01Z');
  INSERT INTO platform.lease VALUES ('${run}', 1, 1, 'host 1', now(), false);
  INSERT INTO platform.ledger VALUES ('c', 'item', sha256(''), '${run}', 1, 1);
  INSERT INTO platform.receipt (run, shard, batch, items) VALUES ('${run}', 1, 1, '[]')`;

describe.each(olderLayouts)('layout %s', (layout) =>
  describeWith(['postgres15', 'python'], 'a database that an earlier version made', () => {
    const platform = makePlatform({ hosting: machinesHosting });
    const opened: { close(): Promise<void> }[] = [];
    let server: Postgres;
    let count = 0;

    beforeAll(async () => {
      server = await startPostgres({ password: 'admin' });
      await server.psql(
        `CREATE ROLE ann LOGIN CREATEROLE PASSWORD 'ann'; CREATE ROLE ben LOGIN CREATEROLE PASSWORD 'ben'`,
      );
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((database) => database.close()));
    });

    async function open(names: { pgstac: string; ingest: string }, user: string) {
      const pgstac = await openServer(server.dsn(names.pgstac, user, user), { variable: 'PGSTAC_DSN' });
      const ingest = await openServer(server.dsn(names.ingest, user, user), { variable: 'INGEST_DB_DSN' });
      opened.push(pgstac, ingest);
      return { pgstac, ingest };
    }

    async function makeOld(names = { pgstac: `pgstac_${++count}`, ingest: `ingest_${count}` }) {
      for (const name of new Set(Object.values(names))) await server.psql(`CREATE DATABASE ${name} OWNER ann`);
      await server.psql('CREATE EXTENSION postgis', names.pgstac);
      const scripts = sortScripts(platform);
      const old = {
        pgstac: { ...scripts.pgstac, platform: readOld(layout, 'pgstac-3-platform.sql') },
        ingest: { ...scripts.ingest, log: readOld(layout, 'ingest-2-log.sql') },
      };
      await initialiseDatabases(await open(names, 'ann'), platform, old, makeReleasePorts(platform));
      await server.psql(ROWS, names.pgstac);
      return names;
    }

    const readVersion = (database: string) => server.psql('SELECT version FROM platform.installation', database);
    const readRows = (database: string) =>
      server.psql(
        'SELECT run, since IS NOT NULL, datetime, (SELECT count(*) FROM platform.receipt) FROM platform.run',
        database,
      );

    test('is brought to this layout with its rows by db init, whoever made it, and is not used before', async () => {
      const old = await makeOld();
      // Only a member of a group role can make another one: as on Cloud SQL, where both are cloudsqlsuperuser.
      await server.psql(
        'GRANT pgstac_admin, pgstac_read, pgstac_ingest, ingest_admin, ingest_read, ingest_write TO ben WITH ADMIN OPTION',
      );
      const pair = await open(old, 'ben');
      expect(await listMissingParts(pair, platform)).toEqual([
        `layout ${layoutVersion} of the pgstac database (${layout} is there)`,
        `layout ${layoutVersion} of the ingest database (${layout} is there)`,
      ]);
      expect(await readStatus(pair.ingest, 'ingest', platform)).toMatchObject({ complete: false, mismatch: null });
      const failed = (await verifyDatabases(pair, platform, () => 0)).filter(({ ok }) => !ok);
      expect(failed.map(({ database, name, needsInit }) => [database, name, needsInit])).toEqual([
        ...['this platform', 'tables', 'runs'].map((check) => ['pgstac', check, true]),
        ...['this platform', 'tables'].map((check) => ['ingest', check, true]),
      ]);

      for (let times = 0; times < 2; times++) await initialise(pair, platform);
      expect(await listMissingParts(pair, platform)).toEqual([]);
      expect([await readVersion(old.pgstac), await readVersion(old.ingest)]).toEqual([layoutVersion, layoutVersion]);
      expect(await readRows(old.pgstac)).toBe(`${run}|t|(,)|1`);
      const fresh = { pgstac: 'fresh_pgstac', ingest: 'fresh_ingest' };
      for (const name of Object.values(fresh)) await server.psql(`CREATE DATABASE ${name} OWNER ann`);
      await server.psql('CREATE EXTENSION postgis', fresh.pgstac);
      await initialise(await open(fresh, 'ann'), platform);
      for (const name of ['pgstac', 'ingest'] as const)
        for (const sql of [COLUMNS, CONSTRAINTS])
          expect(await server.psql(sql, old[name])).toBe(await server.psql(sql, fresh[name]));
    });

    test('is brought to it where one database serves as both', async () => {
      const both = `both_${++count}`;
      await makeOld({ pgstac: both, ingest: both });
      await initialise(await open({ pgstac: both, ingest: both }, 'ann'), platform);
      expect([await readVersion(both), await readRows(both)]).toEqual([layoutVersion, `${run}|t|(,)|1`]);
    });

    test('is left as it was where the rest fails', async () => {
      const old = await makeOld();
      await server.psql('ALTER TABLE platform.quarantine RENAME COLUMN reason TO why', old.pgstac);
      await expect(initialise(await open(old, 'ann'), platform)).rejects.toMatchObject({ name: 'DatabaseFailure' });
      expect([await readVersion(old.pgstac), await readVersion(old.ingest)]).toEqual([layout, layout]);
    });

    test('is refused where it is too old', async () => {
      const old = await makeOld();
      await server.psql(`UPDATE platform.installation SET version = '1'`, old.pgstac);
      const pair = await open(old, 'ann');
      for (const work of [initialise, listMissingParts])
        await expect(work(pair, platform)).rejects.toThrow(/has layout 1 of schema platform/);
    });

    test('is brought to it by scripts/db too', async () => {
      const old = await makeOld({ pgstac: 'pgstac', ingest: 'ingest' });
      const folder = writeScripts(platform);
      const file = await writePgstacFile(folder, '0.9.11');
      const env = { PGSTAC_PASSWORD: 'p', INGEST_PASSWORD: 'i' };
      for (const script of ['init-pgstac.sh', 'init-postgres.sh'] as const)
        expect(await runScript({ folder, server, script, args: [file], env })).toMatchObject({ code: 0, stderr: '' });
      expect([await readVersion('pgstac'), await readVersion('ingest')]).toEqual([layoutVersion, layoutVersion]);
      expect(await readRows(old.pgstac)).toBe(`${run}|t|(,)|1`);
    });
  }),
);
