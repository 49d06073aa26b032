import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Change } from '../../src/diff/change.ts';
import { diffPlatforms } from '../../src/diff/diff.ts';
import { folder, readPlatforms } from './platforms.ts';

const scenarios = readdirSync(join(folder, 'scenarios')).sort();

// Each folder: before.yaml (none for a first compile) and after.yaml in, changes.txt out; RECORD=1 rewrites it.
test.each(scenarios)('%s', (name) => {
  const before = existsSync(join(folder, 'scenarios', name, 'before.yaml'))
    ? readPlatforms(`scenarios/${name}/before.yaml`)
    : [];
  const after = readPlatforms(`scenarios/${name}/after.yaml`);
  const environments = new Set([...after, ...before].map(({ environment }) => environment));
  const find = (platforms: typeof before, wanted: string) =>
    platforms.find(({ environment }) => environment === wanted) ?? null;
  const changes = [...environments].flatMap((one) => diffPlatforms(find(before, one), find(after, one)));
  const file = join(folder, 'scenarios', name, 'changes.txt');
  const text = changes.map(writeLine).join('');
  if (process.env['RECORD'] === '1') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
});

/** What is asserted is what changes and how bad it is, not the words of the reason. */
function writeLine({ environment, resource, field, before, after, impact, rule }: Change): string {
  const what = field === null ? resource : `${resource} ${field}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`;
  return `${environment} ${impact}${rule.loss === null ? '' : ' (data loss)'} ${what}\n`;
}
