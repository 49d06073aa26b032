import { describe, expect, test } from '@jest/globals';
import { parseDsn } from '../../src/database/dsn.ts';

const whole = {
  host: 'db',
  hostAddress: null,
  port: 5432,
  database: 'd',
  user: 'u',
  password: null,
  tls: { mode: 'prefer', rootCertificate: null },
  applicationName: 'platform',
  connectTimeout: 15,
};

describe('a DSN is read as libpq reads it', () => {
  test.each([
    ['postgresql://u@db/d', {}],
    ['postgres://u:p%40s%2Fs@db:6543/d', { password: 'p@s/s', port: 6543 }],
    ['postgresql://u:a:b@db/d', { password: 'a:b' }],
    ['postgresql://u:@db/d', { password: '' }],
    ['postgresql://u:@db:/d', { password: '' }],
    [
      'postgresql://loader%40project.iam@127.0.0.1:5432/d?sslmode=disable',
      { user: 'loader@project.iam', host: '127.0.0.1', tls: { mode: 'disable', rootCertificate: null } },
    ],
    ['postgresql://u@[::1]:5433/d', { host: '::1', port: 5433 }],
    ['postgresql://u@%2Fvar%2Frun/d', { host: '/var/run' }],
    ['postgresql:///d?host=/tmp&user=u&port=7', { host: '/tmp', port: 7 }],
    ['postgresql://u@db', { database: 'u' }],
    ['postgresql://u@db/d?hostaddr=127.0.0.1', { hostAddress: '127.0.0.1' }],
    ['hostaddr=::1 dbname=d user=u', { host: '::1', hostAddress: '::1' }],
    ['postgresql://u@db/d%20%22x%22', { database: 'd "x"' }],
    [
      'postgresql://u@db/d?sslmode=verify-full&sslrootcert=%2Fca.pem&connect_timeout=3&application_name=x',
      { tls: { mode: 'verify-full', rootCertificate: '/ca.pem' }, connectTimeout: 3, applicationName: 'x' },
    ],
    ['postgresql://u@db/d?keepalives=1&target_session_attrs=any', {}],
    ['postgresql://u@db/d%40e', { database: 'd@e' }],
    ['postgresql://db/d?user=loader@project.iam', { user: 'loader@project.iam' }],
    ['host=db dbname=d user=u', {}],
    [" host = db\n dbname='d' user=u password='it\\'s \\\\ $x ' ", { password: "it's \\ $x " }],
    ["host=db dbname=d user=u password=''", { password: '' }],
    ['host=db dbname=d user=u password=a\\ b=c', { password: 'a b=c' }],
  ])('%s', (dsn, change) => {
    expect(parseDsn(dsn, 'X_DSN')).toEqual({ ...whole, ...change });
  });

  test('a user that is left out is the one of the environment', () => {
    expect(parseDsn('host=db', 'X_DSN', 'me')).toEqual({ ...whole, user: 'me', database: 'me' });
  });

  test.each([
    ['', /names no host/],
    ['mysql://u:s3cret@db/d', /neither a URL nor key=value/],
    ['host=db dbname', /neither a URL nor key=value/],
    ["host=db password='s3cret", /neither a URL nor key=value/],
    ['postgresql://u:s3cret@a,b/d', /several hosts/],
    ['postgresql://u:s3cret@db:port/d', /not a PostgreSQL URL/],
    ['postgresql://u:s3cret@db:99999/d', /port is a number from 1 to 65535/],
    ['postgresql://u:%zz-s3cret@db/d', /percent sign/],
    ['postgresql://u:s3cret@db/d?sslmode=maybe', /sslmode is one of disable, allow/],
    ['postgresql://u:s3cret@db/d?hostaddr=localhost', /hostaddr is an IP address/],
    ['postgresql://u:s3cret@db/d?options=-csearch_path%3Dx', /parameter options is not supported/],
    ['host=db user=u password=my rest=x', /does not know/],
    ['postgresql://u:s3cret@db/d?sslmode', /has no value/],
    ['postgresql://u:123/s3cret@db/d?user=me', /an @ behind its host \(percent-encode/],
    ['postgresql://u:123?s3cret@db/d', /has no value/],
    ['postgresql://u:123#s3cret@db/d', /not a PostgreSQL URL/],
    ['postgresql://db/d', /names no user/],
    ['dbname=d user=u password=s3cret', /names no host/],
  ])('%s is refused, and not repeated', (dsn, said) => {
    let message = '';
    try {
      parseDsn(dsn, 'X_DSN');
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/^X_DSN: /);
    expect(message).toMatch(said);
    expect(message).not.toContain('s3cret');
  });
});
