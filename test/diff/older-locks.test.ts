import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { completeModel } from '../../src/diff/older-models.ts';
import type { Platform } from '../../src/model/platform.ts';
import { folder, readPlatform } from './platforms.ts';
import { diffToJson, write } from './project.ts';

// What a compiler wrote before the keys of issue 5, and the spec that it wrote it from; changes.txt is what an
// upgrade alone does; RECORD=1 rewrites it.
describe.each(['cloud-sql', 'virtual-machines'])('a lock of an older compiler, %s', (name) => {
  const text = readFileSync(join(folder, 'older', `${name}.lock.json`), 'utf8');
  const older = (JSON.parse(text) as { platform: Platform }).platform;
  const now = readPlatform(`older/${name}.yaml`);

  test('shows after an upgrade what the next apply changes, and nothing that is only said now', async () => {
    write('platform.yaml', readFileSync(join(folder, 'older', `${name}.yaml`), 'utf8'));
    write('generated/default/platform.lock.json', text);
    const { code, changes } = await diffToJson();
    const lines = changes.map(
      ({ impact, resource, field, before, after }) =>
        `${impact} ${resource} ${field}: ${JSON.stringify(before)} → ${JSON.stringify(after)}\n`,
    );
    const file = join(folder, 'older', `${name}.changes.txt`);
    if (process.env['RECORD'] === '1') writeFileSync(file, lines.join(''));
    expect(code).toBe(0);
    expect(lines.join('')).toBe(readFileSync(file, 'utf8'));
  });

  test('has a value for every field that the model has now, but for what was not there at all', () => {
    const known = new Set(listFields(completeModel(older)));
    const unknown = listFields(now).filter((field) => !known.has(field) && !wasNotThere.test(field));
    expect(unknown).toEqual([]);
  });

  test('of this compiler is left as it is', () => {
    expect(completeModel(now)).toEqual(now);
  });
});

/** Of virtual machines. */
const wasNotThere = /^hosting\.(snapshots\.|backups\.(bucket|location|startTime|fullEveryDays|retained)$)/;

test('backups went with an instance that was not protected, without replicas connectors were asked for, and a cache nobody wrote is not known', () => {
  const text = readFileSync(join(folder, 'older/cloud-sql.lock.json'), 'utf8');
  const { platform } = JSON.parse(text) as { platform: Platform };
  const hosting = { ...platform.hosting, deletionProtection: false, edition: 'enterprise-plus', replicas: [] };
  const completed = completeModel({ ...platform, hosting } as Platform).hosting;
  expect(completed).toMatchObject({ backups: { retainOnDelete: false }, connectorEnforcement: true });
  expect(completed).not.toHaveProperty('dataCache');
});

/** By their paths; a list is gone into by its first thing. */
function listFields(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return [path, ...(value.length === 0 ? [] : listFields(value[0], `${path}[]`))];
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => listFields(inner, path === '' ? key : `${path}.${key}`));
}
