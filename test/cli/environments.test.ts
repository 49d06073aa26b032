import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const sample = readFileSync(join(projectRoot, 'spec/platform.yaml'), 'utf8');
// dev has a mistake of shape and one that only a rule sees; prod has none.
const environments = `
environments:
  dev: { hosting: { cloudSql: { tier: db-custom-3-7680, availability: zonel } } }
  prod: { labels: { team: operations } }
`;

/** Runs a command on a spec; one spec each, since nothing but the answer is of interest. */
async function run(spec: string, ...args: readonly string[]) {
  const folder = makeTemporaryFolder('environments');
  writeFileSync(join(folder, 'platform.yaml'), spec);
  return { folder, ...(await runCli(args, { cwd: folder })) };
}

describe('--env', () => {
  test('left out, the mistakes of every environment count', async () => {
    const { code, stderr } = await run(sample + environments, 'validate');
    expect(code).toBe(2);
    expect(stderr).toContain('PF104');
    expect(stderr).toContain('PF203');
  });

  test.each([
    ['validate', []],
    ['diff', []],
    ['ingest', ['plan']],
  ])('%s looks at those asked for only', async (command, more) => {
    const { stderr, stdout } = await run(sample + environments, command, ...more, '--env', 'prod');
    expect(stderr + stdout).not.toContain('PF1');
    expect(stderr + stdout).not.toContain('mistake');
  });

  test('compile writes those asked for, whatever is wrong with the others', async () => {
    const { code, folder } = await run(sample + environments, 'compile', '--env', 'prod');
    expect(code).toBe(0);
    expect(existsSync(join(folder, 'generated/prod/platform.lock.json'))).toBe(true);
    expect(existsSync(join(folder, 'generated/dev'))).toBe(false);
  });

  test('the mistakes of the base count, and secrets wherever they stand', async () => {
    const base = sample.replace('region: europe-west1', 'regoin: europe-west1');
    const misspelt = await run(base + environments, 'validate', '--env', 'prod');
    expect([misspelt.code, misspelt.stderr]).toEqual([2, expect.stringContaining('did you mean region?')]);
    const password = environments.replace('zonel', '"postgresql://ana:hunter2@db.example.org/x"');
    const secret = await run(sample + password, 'validate', '--env', 'prod');
    expect([secret.code, secret.stderr]).toEqual([2, expect.stringContaining('PF110')]);
    expect(secret.stderr).not.toContain('hunter2');
  });

  test('a name that the spec does not have', async () => {
    const { code, stderr } = await run(sample + environments, 'validate', '--env', 'prdo');
    expect([code, stderr]).toEqual([2, 'platform: the spec has no environment "prdo"\n  → did you mean prod?\n']);
  });
});
