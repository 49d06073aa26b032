import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createReleasePorts } from '../../src/cli/release-ports.ts';
import type { DatabaseFailure } from '../../src/database/failure.ts';
import { obtainPgstacSql } from '../../src/database/release-source.ts';
import { pgstacReleases } from '../../src/database/releases.ts';
import { describeWith } from '../support/needs.ts';
import { findProgram } from '../support/programs.ts';
import { pypgstac0911, pythonTool } from '../support/python.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { makeContext, makeEmptyPorts } from './support.ts';

const wanted = { version: '0.9.11', source: null };
const hash = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const failure = (work: Promise<unknown>) =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: DatabaseFailure) => error,
  );

describeWith(['python'], 'pgSTAC’s SQL from the world', () => {
  const installers = ['pip', 'pip3', 'python3 -m pip', 'uv'].filter(
    (words) => findProgram(words.split(' ')[0] ?? '') !== null,
  );

  test.each(installers)('%s downloads the wheel; the bytes are kept, and nothing else', async (words) => {
    const ports = makeEmptyPorts([words]);
    expect(hash(await obtainPgstacSql(wanted, ports))).toBe(pgstacReleases[0]?.sha256);
    expect(readdirSync(ports.temporaryFolder)).toEqual(['cache']);
    expect(readdirSync(ports.cacheFolder)).toEqual(['pgstac.0.9.11.sql']);
    expect(hash(await obtainPgstacSql(wanted, { ...ports, runProgram: async () => null }))).toBe(
      pgstacReleases[0]?.sha256,
    );
  });

  test('an installed pypgstac serves without a network', async () => {
    const { python } = await pythonTool(pypgstac0911);
    const ports = makeEmptyPorts(['python3 -c'], [dirname(python), process.env['PATH']].join(delimiter));
    expect(hash(await obtainPgstacSql(wanted, ports))).toBe(pgstacReleases[0]?.sha256);
    const other = await failure(obtainPgstacSql({ version: '0.10.0', source: null }, ports));
    expect(other.message).toMatch(/nowhere to be had/);
  }, 300_000);

  test.each(pgstacReleases)('release $version is what the table says', async ({ version, sha256 }) => {
    const ports = createReleasePorts(makeContext());
    expect(hash(await obtainPgstacSql({ version, source: null }, ports))).toBe(sha256);
  });

  test('a damaged cache is not believed, and mended', async () => {
    const ports = makeEmptyPorts(['pip', 'uv']);
    const file = join(ports.cacheFolder, 'pgstac.0.9.11.sql');
    mkdirSync(ports.cacheFolder);
    writeFileSync(file, 'DROP SCHEMA pgstac CASCADE;');
    await obtainPgstacSql(wanted, ports);
    expect(hash(readFileSync(file))).toBe(pgstacReleases[0]?.sha256);
  });
});

describe('pgSTAC’s SQL is not to be had', () => {
  test('without any program', async () => {
    const error = await failure(obtainPgstacSql(wanted, makeEmptyPorts()));
    expect(error.message).toBe(
      'the SQL of pgSTAC 0.9.11 is nowhere to be had: there is no pip, pip3, python3 or uv here',
    );
    expect(error.hint).toMatch(/pypgstac-0\.9\.11-py3-none-any\.whl.*databases\.pgstac\.source/);
  });

  test('where every way fails, each says why', async () => {
    const ports = makeEmptyPorts();
    mkdirSync(ports.cacheFolder);
    writeFileSync(join(ports.cacheFolder, 'pgstac.0.9.11.sql'), 'half of it');
    const failing = async (program: string) => ({
      code: 1,
      stdout: new Uint8Array(),
      stderr: `first\n${program}: no network\n`,
    });
    const error = await failure(obtainPgstacSql(wanted, { ...ports, runProgram: failing }));
    expect(error.message.split('\n')).toEqual([
      'the SQL of pgSTAC 0.9.11 is nowhere to be had:',
      expect.stringMatching(/^ {2}cache: wrong bytes: sha256 [0-9a-f]{64} instead of 4b54/),
      '  pip: pip: no network',
      '  pip3: pip3: no network',
      '  python3 -m pip: python3: no network',
      '  uv: uv: no network',
    ]);
  });

  test('in a version that nobody knows', async () => {
    const error = await failure(obtainPgstacSql({ version: '0.9.99', source: null }, makeEmptyPorts()));
    expect(error.hint).toMatch(/known are 0\.9\.11, 0\.9\.12, 0\.10\.0/);
  });
});

describe('databases.pgstac.source', () => {
  const sql = 'SELECT 1; -- ü\n';
  const folder = makeTemporaryFolder('source');
  beforeAll(() => {
    writeFileSync(join(folder, 'pgstac.sql'), sql);
    writeFileSync(join(folder, 'pgstac.sql.gz'), gzipSync(sql));
  });
  const obtain = (location: string, sha256: string, ports = makeEmptyPorts()) =>
    obtainPgstacSql({ version: '0.9.11', source: { location, sha256 } }, ports);

  test.each(['pgstac.sql', 'pgstac.sql.gz'])('a file, %s, by the hash of its own bytes', async (name) => {
    const path = join(folder, name);
    expect(await obtain(path, hash(readFileSync(path)))).toBe(sql);
  });

  test('an address', async () => {
    const asked: string[] = [];
    const fetchBytes = async (url: string) => {
      asked.push(url);
      return new TextEncoder().encode(sql);
    };
    expect(await obtain('https://example.org/pgstac.sql', hash(sql), { ...makeEmptyPorts(), fetchBytes })).toBe(sql);
    expect(asked).toEqual(['https://example.org/pgstac.sql']);
  });

  test.each([
    ['other bytes', 'pgstac.sql', '0'.repeat(64), /wrong bytes: sha256 [0-9a-f]{64} instead of 0{64}/],
    ['no such file', 'nowhere.sql', '0'.repeat(64), /ENOENT/],
  ])('%s', async (_, name, sha256, said) => {
    const error = await failure(obtain(join(folder, name), sha256));
    expect(error.message).toMatch(said);
    expect(error.hint).toMatch(/databases\.pgstac\.source/);
    expect(existsSync(join(folder, 'cache'))).toBe(false);
  });
});
