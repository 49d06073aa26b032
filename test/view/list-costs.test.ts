import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { findMistakes } from '../../src/spec/find-mistakes.ts';
import { openTrace } from '../../src/trace/trace.ts';
import { countRuns } from '../../src/view/costs/cluster.ts';
import type { ViewCosts } from '../../src/view/costs/costs.ts';
import { listCosts } from '../../src/view/list-costs.ts';
import { createLocate } from '../../src/view/locate.ts';
import { projectRoot } from '../support/root.ts';

function readCosts(path: string, environment = 'default'): ViewCosts {
  const text = readFileSync(join(projectRoot, path), 'utf8');
  const spec = findMistakes({ path, text });
  if (!spec.ok) throw new Error(JSON.stringify(spec.diagnostics));
  const { platform, root } = openTrace(spec.value, environment, text);
  return listCosts(platform, root, createLocate(root, root));
}

/** By what it is, the amounts in the order of their units. */
function amountsOf({ drivers }: ViewCosts): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(drivers.map(({ what, quantities }) => [what, quantities.map(({ amount }) => amount)]));
}

test('the sample: 4 vCPU and 16 GiB, twice, and 100 GiB of SSD, twice', () => {
  const costs = readCosts('spec/platform.yaml');
  expect(amountsOf(costs)).toMatchObject({
    // 4 × 730 × 2, and 16 × 730 × 2.
    'Instance sentinel2-postgres': [5840, 23360],
    'Disk of the instance': [200],
  });
  expect(costs.drivers[0]?.what).toBe('Instance sentinel2-postgres');
  expect(costs.drivers[0]?.lines).toContainEqual({ path: 'hosting.cloudSql.tier', line: 14, written: true });
  expect(costs.drivers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  expect(costs.unknown[0]).toMatch(/^Backups: 14 are kept .*GiB depends/);
});

test('an environment of its own: dev is small, prod has a replica and runs every night', () => {
  // 1 × 730 and 3.75 × 730; the disk stays 200 GiB, of one zone.
  expect(amountsOf(readCosts('examples/01-cloud-sql/platform.yaml', 'dev'))).toMatchObject({
    'Instance alps-dev-postgres': [730, 2737.5],
    'Disk of the instance': [200],
  });
  const prod = amountsOf(readCosts('examples/01-cloud-sql/platform.yaml', 'prod'));
  // Of one zone: 4 × 730, 16 × 730 and 200. 730 / 24 nights, 0.6 vCPU and 0.5625 GiB asked for.
  expect(prod).toMatchObject({ 'Replica read': [2920, 11680, 200], 'Ingestion of sentinel2': [18.25, 17.11] });
});

test('machines: two of 4 vCPU and 16 GiB, each with 200 GiB', () => {
  const costs = readCosts('examples/02-virtual-machines/platform.yaml');
  expect(amountsOf(costs)).toMatchObject({ 'Data disks': [400], 'Ingestion of landsat': [15.21, 15.21] });
  expect(costs.drivers[0]?.quantities.map(({ amount }) => amount)).toEqual([5840, 23360]);
});

test.each([
  ['0 3 * * *', 730 / 24],
  ['*/15 * * * *', 730 * 4],
  ['0 0,12 * * *', (730 / 24) * 2],
  ['0 6 * * 1-5', (730 / 24) * (5 / 7)],
  ['30 4 1 * *', 730 / 24 / 30.4],
  ['0 0 * 6 *', 730 / 24 / 12],
])('%s runs %d times a month', (schedule, times) => {
  expect(countRuns(schedule)).toBeCloseTo(times);
});
