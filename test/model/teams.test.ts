import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { compilePlatform, resolveSpec } from '../../src/compile.ts';
import { projectRoot } from '../support/root.ts';

const folder = join(projectRoot, 'test/model/teams');

// What sensible teams write, each in its own way: a rule that has a word to say about one of these is a false alarm.
test.each(readdirSync(folder))('%s', async (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const resolved = await resolveSpec({ path: name, text });
  expect(resolved.ok ? resolved.warnings : resolved.diagnostics).toEqual([]);
  for (const platform of resolved.ok ? resolved.value : [])
    expect(compilePlatform(platform, text).length).toBeGreaterThan(10);
});
