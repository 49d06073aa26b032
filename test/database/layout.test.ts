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
  expect(tables).toHaveLength(13);
  const sha256 = createHash('sha256').update(tables.join('\n').replace(/\s+/g, ' ')).digest('hex');
  expect({ layoutVersion, sha256 }).toEqual({
    layoutVersion: '4',
    sha256: 'cab27d56830424f78206a182a04e59fed48e30586e9930731aa8aae9eab97984',
  });
});
