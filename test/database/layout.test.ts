import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { listSqlScripts } from '../../src/emit/sql.ts';
import { layoutVersion } from '../../src/model/layout.ts';
import { makePlatform } from './support.ts';

/**
 * A table that is there is left as it is (IF NOT EXISTS), so a changed one needs another version, by which databases of
 * the old layout are refused. Whoever changes a table raises `layoutVersion` and writes the new pair here.
 */
test('the tables are those of the layout’s version', () => {
  const tables = listSqlScripts(makePlatform()).flatMap(({ text }) => text.match(/^CREATE TABLE [^;]*;/gm) ?? []);
  expect(tables).toHaveLength(9);
  const sha256 = createHash('sha256').update(tables.join('\n').replace(/\s+/g, ' ')).digest('hex');
  expect({ layoutVersion, sha256 }).toEqual({
    layoutVersion: '2',
    sha256: '31652cabc7ea99d3c05f78d7e36717dc9b4892d2fae763f620335a38eb4649ad',
  });
});
