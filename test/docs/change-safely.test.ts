import { expect, test } from '@jest/globals';
import { readSteps, replay } from './replay.ts';

test('each command of docs/change-safely.md runs, and prints what the page shows', async () => {
  const steps = readSteps('change-safely.md');
  expect(steps.filter(({ shown }) => shown !== null)).toHaveLength(4);
  await replay(steps, 'earth');
}, 120_000);
