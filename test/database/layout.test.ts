import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { listSqlScripts } from '../../src/emit/sql.ts';
import { layoutVersion } from '../../src/model/layout.ts';
import { makePlatform } from './support.ts';

/**
 * A table that is there is left as it is (IF NOT EXISTS), so a changed one needs another version and an ALTER TABLE that
 * makes it out of the one before (`olderLayouts`; older-layout.test.ts). Whoever changes a table writes the new pair here.
 */
test('the tables are those of the layout’s version', () => {
  const tables = listSqlScripts(makePlatform()).flatMap(({ text }) => text.match(/^CREATE TABLE [^;]*;/gm) ?? []);
  expect(tables).toHaveLength(9);
  const sha256 = createHash('sha256').update(tables.join('\n').replace(/\s+/g, ' ')).digest('hex');
  expect({ layoutVersion, sha256 }).toEqual({
    layoutVersion: '3',
    sha256: '19ef83f9b253f0e7c8a795d30dca799fbfdce849d20853517d063e30f4fd3ba3',
  });
});
