import { expect, test } from '@jest/globals';
import { describeWith } from './needs.ts';

// Run by needs.test.ts in a Jest of its own, with a PATH on which there is no shellcheck.
describeWith(['shellcheck'], 'a suite that needs shellcheck', () => {
  test('runs', () => {
    expect(true).toBe(true);
  });
});
