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
  expect(tables).toHaveLength(14);
  const sha256 = createHash('sha256').update(tables.join('\n').replace(/\s+/g, ' ')).digest('hex');
  expect({ layoutVersion, sha256 }).toEqual({
    layoutVersion: '4',
    sha256: '2371c90b54b4fe28c1f10d9ea585e3376e75904c2019566ffcdc91859d0bd0ed',
  });
});
