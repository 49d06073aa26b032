import { createHash } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import type { DatabaseFailure } from '../../src/database/failure.ts';
import { findMigrationPath } from '../../src/database/migrations.ts';
import { obtainMigrations, obtainPgstacSql } from '../../src/database/release-source.ts';
import type { MigrationScript } from '../../src/database/upgrade-pgstac.ts';
import type { ReleasePorts } from '../../src/database/wheel-files.ts';
import { describeWith } from '../support/needs.ts';
import { pypgstac0100, pythonTool } from '../support/python.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeEmptyPorts } from './support.ts';

const version = '0.10.0';
const path = findMigrationPath('0.9.11', version) ?? [];
const hash = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describeWith(['python'], 'pgSTAC’s migrations from the world', () => {
  const folder = makeTemporaryFolder('wheels');
  let installed: ReleasePorts;
  let scripts: readonly MigrationScript[];
  let release: string;

  beforeAll(async () => {
    const { python } = await pythonTool(pypgstac0100);
    installed = makeEmptyPorts(['python3 -c'], [dirname(python), process.env['PATH']].join(delimiter));
    scripts = await obtainMigrations({ version, source: null }, path, installed);
    release = await obtainPgstacSql({ version, source: null }, installed);
  }, 300_000);

  /** A file as `databases.pgstac.source`, with no program to ask and nothing kept. */
  const give = (name: string, bytes: Uint8Array, ports = makeEmptyPorts()) => {
    const location = join(folder, name);
    writeFileSync(location, bytes);
    const wanted = { version, source: { location, sha256: hash(bytes) } };
    return {
      release: () => obtainPgstacSql(wanted, ports),
      steps: () => obtainMigrations(wanted, path, ports),
      kept: () => existsSync(ports.cacheFolder),
    };
  };
  const makeWheel = (files: readonly MigrationScript[]) =>
    zipSync(
      Object.fromEntries(
        files.map(({ name, sql }) => [`pypgstac/migrations/${name}`, new TextEncoder().encode(sql)] as const),
      ),
    );
  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => Promise.reject(new Error('it did not fail')),
      (error: DatabaseFailure) => `${error.name}: ${error.message}\n${error.hint}`,
    );

  test('an installed pypgstac has them; after that no program is asked', async () => {
    expect(scripts.map(({ sql }) => hash(sql))).toEqual(path.map(({ sha256 }) => sha256));
    expect(readdirSync(installed.cacheFolder).sort()).toEqual(
      [...scripts.map(({ name }) => name), `pgstac.${version}.sql`].sort(),
    );
    const offline = { ...installed, runProgram: async () => null };
    expect(await obtainMigrations({ version, source: null }, path, offline)).toEqual(scripts);
  });

  test('a wheel as the source has them and the release, and nothing else is asked or kept', async () => {
    const wheel = give('whole.whl', makeWheel([...scripts, { name: `pgstac.${version}.sql`, sql: release }]));
    expect(await wheel.steps()).toEqual(scripts);
    expect(await wheel.release()).toBe(release);
    expect(wheel.kept()).toBe(false);
  });

  test('a wheel without one, or with another’s bytes, is refused', async () => {
    expect(await refusal(give('half.whl', makeWheel(scripts.slice(1))).steps())).toMatch(
      /^DatabaseFailure: .*half\.whl: the wheel holds no pypgstac\/migrations\/pgstac\.0\.9\.11-0\.9\.12\.sql\n/,
    );
    const changed = scripts.map(({ name, sql }) => ({ name, sql: `${sql}-- mine\n` }));
    expect(await refusal(give('changed.whl', makeWheel(changed)).steps())).toMatch(/changed\.whl: wrong bytes/);
  });

  test('the published SQL as the source leaves them to be found; SQL of one’s own has none', async () => {
    const offline = { ...installed, runProgram: async () => null };
    const published = give('pgstac.sql.gz', gzipSync(release), offline);
    expect(await published.steps()).toEqual(scripts);
    const own = give('own.sql', new TextEncoder().encode(`${release}-- mine\n`), offline);
    expect(await refusal(own.steps())).toContain('is not the published 0.10.0');
  });

  test('where they are nowhere, the message says of what', async () => {
    expect(await refusal(obtainMigrations({ version, source: null }, path, makeEmptyPorts()))).toContain(
      'the SQL of the migrations to pgSTAC 0.10.0 is nowhere to be had',
    );
  });
});
