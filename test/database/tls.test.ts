import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { openServer } from '../../src/database/server.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

describeWith(['postgres15'], 'sslmode against a server with TLS', () => {
  const folder = makeTemporaryFolder('tls');
  let server: Postgres;

  beforeAll(async () => {
    for (const [name, host] of [
      ['own', 'localhost'],
      ['other', 'elsewhere'],
    ] as const) {
      const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
      const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-days', '2'];
      await runOrThrow('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject]);
    }
    if (process.getuid?.() === 0) {
      // PostgreSQL reads a key that is its own account's alone.
      const account = (await runOrThrow('id', ['-u', 'postgres'])).stdout.trim();
      for (const path of [folder, join(folder, 'own.key')]) chownSync(path, Number(account), 0);
    }
    const settings = { ssl: 'on', ssl_cert_file: join(folder, 'own.pem'), ssl_key_file: join(folder, 'own.key') };
    server = await startPostgres({ settings });
  });

  const connect = async (host: string, words: string, defaultRootCertificate: string | null = null) => {
    const dsn = `host=${host} port=${server.port} user=postgres dbname=postgres ${words}`;
    const database = await openServer(dsn, { variable: 'PGSTAC_DSN', defaultRootCertificate });
    const [row] = await database.session((session) =>
      session.query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'),
    );
    await database.close();
    return row?.ssl;
  };
  const ca = (name: string) => `sslrootcert=${join(folder, `${name}.pem`)}`;

  test.each([
    ['sslmode=disable', false],
    ['sslmode=allow', false],
    ['', true],
    ['sslmode=prefer', true],
    ['sslmode=require', true],
  ])('%s', async (words, encrypted) => {
    expect(await connect('127.0.0.1', words)).toBe(encrypted);
  });

  test('a root certificate is what the server’s has to come from', async () => {
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      expect(await connect('localhost', `sslmode=${mode} ${ca('own')}`)).toBe(true);
      expect(await connect('localhost', `sslmode=${mode}`, join(folder, 'own.pem'))).toBe(true);
      await expect(connect('localhost', `sslmode=${mode} ${ca('other')}`)).rejects.toThrow(
        /PGSTAC_DSN.*self-signed certificate/,
      );
    }
    await expect(connect('localhost', 'sslmode=verify-ca')).rejects.toThrow(/self-signed certificate/);
  });

  test('verify-full wants the name as well, verify-ca does not: a tunnel ends at 127.0.0.1', async () => {
    expect(await connect('127.0.0.1', `sslmode=verify-ca ${ca('own')}`)).toBe(true);
    await expect(connect('127.0.0.1', `sslmode=verify-full ${ca('own')}`)).rejects.toThrow(
      /does not match certificate/,
    );
  });

  test('a root certificate that is not there is said by its path', async () => {
    await expect(connect('localhost', 'sslmode=verify-ca sslrootcert=/nowhere/ca.pem')).rejects.toThrow(
      /PGSTAC_DSN.*\/nowhere\/ca\.pem/,
    );
    expect(readFileSync(join(folder, 'own.pem'), 'utf8')).toContain('BEGIN CERTIFICATE');
  });

  test('a file without a certificate does not stand for every public CA', async () => {
    const file = join(folder, 'empty.pem');
    writeFileSync(file, '');
    for (const mode of ['require', 'verify-full'])
      await expect(connect('localhost', `sslmode=${mode} sslrootcert=${file}`)).rejects.toThrow(
        /empty\.pem\) holds no certificate/,
      );
  });
});
