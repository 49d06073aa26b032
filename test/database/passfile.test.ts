import { describe, expect, test } from '@jest/globals';
import { parseDsn } from '../../src/database/dsn.ts';
import { findPassword } from '../../src/database/passfile.ts';

const address = parseDsn('postgresql://me@db:5433/d', 'X_DSN');

describe('a passfile is read as libpq reads it', () => {
  test.each([
    ['db:5433:d:me:secret', 'secret'],
    ['# db:5433:d:me:comment\n\ndb:5433:d:me:secret\r\n', 'secret'],
    ['other:5433:d:me:no\n*:*:*:me:yes\n*:*:*:*:later', 'yes'],
    ['db:5433:d:me:a\\:b\\\\c d', 'a:b\\c d'],
    ['db:5433:d:me:first:rest', 'first'],
    ['db:5433:d:me:', ''],
    ['db:5432:d:me:other port', null],
    ['db:5433:d:me', null],
    ['', null],
  ])('%j', (text, password) => {
    expect(findPassword(text, address)).toBe(password);
  });

  test('a host with colons is written with backslashes; hostaddr changes nothing', () => {
    const v6 = parseDsn('postgresql://me@[::1]:5433/d', 'X_DSN');
    expect(findPassword('\\:\\:1:5433:d:me:secret', v6)).toBe('secret');
    const tunnel = parseDsn('postgresql://me@db:5433/d?hostaddr=127.0.0.1', 'X_DSN');
    expect(findPassword('db:5433:d:me:secret', tunnel)).toBe('secret');
  });
});
