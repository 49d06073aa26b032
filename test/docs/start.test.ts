import { expect, test } from '@jest/globals';
import { describeWith } from '../support/needs.ts';
import { readSteps, replay } from './replay.ts';

describeWith(['python'], 'docs/start.md', () => {
  test('each of its commands runs, and prints what the page shows', async () => {
    const steps = readSteps('start.md');
    expect(steps.length).toBeGreaterThan(6);
    await replay(steps, 'start');
  }, 120_000);
});
