import { cachedDataVersionTag } from 'node:v8';
import { describe, expect, test } from '@jest/globals';
import { withLateOptimizer, withoutOptimizer } from '../../src/cli/optimizer.ts';

describe('the flags of V8', () => {
  test.each([
    ['withoutOptimizer', withoutOptimizer],
    ['withLateOptimizer', withLateOptimizer],
  ])('%s puts back what it sets, so that the code kept after a command is taken by the next', async (_, withFlags) => {
    const usual = cachedDataVersionTag();
    expect(await withFlags(async () => cachedDataVersionTag())).not.toBe(usual);
    expect(cachedDataVersionTag()).toBe(usual);
    await expect(withFlags(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(cachedDataVersionTag()).toBe(usual);
  });
});
