import { describe, expect, test } from '@jest/globals';
import { defaultMaxConnections, readTier } from '../../src/model/tier.ts';

describe('readTier', () => {
  test.each([
    ['db-custom-1-3840', { cpus: 1, memoryMb: 3840 }],
    ['db-custom-4-16384', { cpus: 4, memoryMb: 16384 }],
    ['db-custom-96-638976', { cpus: 96, memoryMb: 638976 }],
    ['db-g1-small', { cpus: 1, memoryMb: 1740 }],
  ])('%s', (tier, size) => {
    expect(readTier(tier, 'enterprise')).toEqual(size);
  });

  test.each([
    'db-custom-3-7680', // an odd number of vCPUs
    'db-custom-2-7681', // no multiple of 256 MB
    'db-custom-2-3584', // below 3.75 GB
    'db-custom-2-13568', // above 6.5 GB a vCPU
    'db-custom-98-640000',
    'db-n1-standard-1', // gone from Cloud SQL for PostgreSQL
    'db-perf-optimized-N-4', // of the other edition
  ])('the enterprise edition has no %s', (tier) => {
    expect(typeof readTier(tier, 'enterprise')).toBe('string');
  });

  test('enterprise-plus has its own tiers only', () => {
    expect(readTier('db-perf-optimized-N-4', 'enterprise-plus')).toEqual({ cpus: 4, memoryMb: 32768 });
    expect(readTier('db-perf-optimized-N-128', 'enterprise-plus')).toEqual({ cpus: 128, memoryMb: 864 * 1024 });
    expect(typeof readTier('db-c4a-highmem-4', 'enterprise-plus')).toBe('string'); // on Hyperdisk only
    expect(typeof readTier('db-perf-optimized-N-3', 'enterprise-plus')).toBe('string');
    expect(typeof readTier('db-custom-4-16384', 'enterprise-plus')).toBe('string');
  });
});

test.each([
  ['db-custom-3-7680', 'db-custom-4-7680'],
  ['db-custom-0-0', 'db-custom-1-3840'],
  ['db-custom-2-7681', 'db-custom-2-7936'],
  ['db-custom-2-9999999', 'db-custom-2-13312'],
  ['db-custom-400-9999999', 'db-custom-96-638976'],
])('%s: the hint names a tier that is there, %s', (written, near) => {
  expect(readTier(written, 'enterprise')).toContain(`write ${near},`);
  expect(typeof readTier(near, 'enterprise')).toBe('object');
});

test.each([
  [614, 25],
  [1740, 50],
  [3840, 100],
  [7680, 400],
  [16384, 500],
  [122880, 1000],
])('%d MB have %d connections where no flag says otherwise', (memoryMb, connections) => {
  expect(defaultMaxConnections({ cpus: 1, memoryMb })).toBe(connections);
});
