import { expect, test } from '@jest/globals';
import { DatabaseFailure } from '../../src/database/failure.ts';
import { parseInstanceDsn } from '../../src/database/instance-dsn.ts';

const name = 'acme-earth:europe-west1:alps-postgres';
const bare = { connectionName: name, database: null, user: null, way: null };

test.each([
  ['postgresql://me@db/x', null],
  [`cloudsql:${name}`, bare],
  [`cloudsql:example.com:${name}`, { ...bare, connectionName: `example.com:${name}` }],
  [`cloudsql:${name}/my%20data`, { ...bare, database: 'my data' }],
  [`cloudsql:${name}?user=ana%40example.org`, { ...bare, user: 'ana@example.org' }],
  [`cloudsql:${name}/x?ip=psc&user=me`, { connectionName: name, database: 'x', user: 'me', way: 'psc' }],
  [`cloudsql:${name}?ip=private`, { ...bare, way: 'privateIp' }],
  [`cloudsql:${name}?ip=public`, { ...bare, way: 'public' }],
])('%s', (dsn, wanted) => {
  expect(parseInstanceDsn(dsn, 'PGSTAC_DSN')).toEqual(wanted);
});

test.each([
  ['cloudsql:', /not the name of an instance/],
  ['cloudsql:alps', /not the name of an instance/],
  [`cloudsql://${name}`, /not the name of an instance/],
  [`cloudsql:${name}/a/b`, /not the name of an instance/],
  [`cloudsql:${name}?ip=vpn`, /ip is one of private, public, psc/],
  [`cloudsql:${name}?user=`, /not user=… or ip=…/],
  [`cloudsql:${name}?user=a=b`, /not user=… or ip=…/],
  [`cloudsql:${name}?sslmode=require`, /not user=… or ip=…/],
  [`cloudsql:${name}?password=secret`, /PGPASSWORD/],
  [`cloudsql:${name}/%zz`, /percent sign/],
])('%s is refused, and not repeated', (dsn, wanted) => {
  const refused = () => parseInstanceDsn(dsn, 'PGSTAC_DSN');
  expect(refused).toThrow(DatabaseFailure);
  expect(refused).toThrow(wanted);
  expect(refused).not.toThrow(/secret|sslmode|zz/);
});
