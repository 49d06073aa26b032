import { expect, test } from '@jest/globals';
import { cronProblem } from '../../src/model/rules/cron.ts';

test.each(['0 3 * * *', '*/15 * * * *', '0 0 1,15 * MON-FRI', '5 4 * jan sun', '0-59/10 0-6 * 1-12 0'])(
  '%s runs',
  (line) => {
    expect(cronProblem(line)).toBeNull();
  },
);

test.each([
  '61 3 * * *',
  '0 24 * * *',
  '0 3 0 * *',
  '0 3 * 13 *',
  '0 3 * * 7', // Sunday is 0 in Kubernetes, and only that
  '/* x */ -- y',
  '0 3 * *',
  '0 3 * * * *',
  '*/0 * * * *',
  '5-1 * * * *',
  '1-2-3 * * * *',
  '1, * * * *',
  '- * * * *',
  '0 3 * FOO *',
])('%s does not', (line) => {
  expect(typeof cronProblem(line)).toBe('string');
});
