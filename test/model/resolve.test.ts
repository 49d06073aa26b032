import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { deriveDatabaseUser, deriveServiceAccount, fitName } from '../../src/model/names.ts';
import { resolveAll as resolve } from '../support/resolve.ts';
import { projectRoot } from '../support/root.ts';

const example = readFileSync(join(projectRoot, 'examples/01-cloud-sql/platform.yaml'), 'utf8');

describe('names', () => {
  test('a service account has 6 to 30 characters, and long ones stay apart', () => {
    const long = [1, 2].map((end) =>
      deriveServiceAccount('acme', 'a-platform-prod', `a-workload-of-many-words-${end}`),
    );
    for (const { accountId } of long) expect(accountId).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
    expect(long[0]?.accountId).not.toBe(long[1]?.accountId);
    for (const [prefix, role] of [
      ['ab', 'c'],
      ['ab', 'cd'],
      ['abc', 'de'],
    ] as const)
      expect(deriveServiceAccount('acme', prefix, role).accountId).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
  });

  test('fitName leaves what fits', () => {
    expect(fitName('short', 30)).toBe('short');
    expect(fitName('x'.repeat(31), 30)).toHaveLength(30);
  });

  test('the IAM login of a service account', () => {
    expect(deriveDatabaseUser('task@acme.iam.gserviceaccount.com')).toBe('task@acme.iam');
  });
});

describe('environments', () => {
  const [dev, prod] = resolve(example);

  test('maps merge, null removes, what is not said stays', () => {
    expect(dev?.hosting).toMatchObject({
      tier: 'db-custom-1-3840',
      availability: 'zonal',
      replicas: [],
      alerts: { notify: [] },
    });
    expect(dev?.hosting).toMatchObject({ disk: { sizeGb: 200, limitGb: 1000 } });
    expect(dev?.pipelines[0]?.schedule).toBeNull();
    expect(prod?.hosting).toMatchObject({ tier: 'db-custom-4-16384', availability: 'regional' });
    expect(prod?.pipelines[0]?.schedule).toBe('0 3 * * *');
  });

  test('each has names of its own', () => {
    expect([dev?.prefix, prod?.prefix]).toEqual(['alps-dev', 'alps-prod']);
    expect(dev?.hosting).toMatchObject({ connectionName: 'acme-earth-dev:europe-west1:alps-dev-postgres' });
  });

  test('lists replace', () => {
    const text = example.replace('  prod: {}', '  prod: { access: { people: [] } }');
    expect(resolve(text)[1]?.people).toEqual([]);
    expect(resolve(text)[0]?.people).toHaveLength(2);
  });
});

describe('the model', () => {
  test('is frozen at every depth', () => {
    const [dev] = resolve(example);
    expect(() => Object.assign(dev?.databases.pgstac ?? {}, { version: 'x' })).toThrow(TypeError);
  });

  test('does not depend on the order of keys', () => {
    const head =
      'apiVersion: platform/v1\nname: ab\ngcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }\n';
    const one = `${head}hosting: { cloudSql: { flags: { jit: "off", geqo: "on" } } }\npipelines: { y: { source: { files: [a] } }, x: { source: { files: [a] } } }\n`;
    const two = `pipelines: { x: { source: { files: [a] } }, y: { source: { files: [a] } } }\n${head}hosting: { cloudSql: { flags: { geqo: "on", jit: "off" } } }\n`;
    expect(JSON.stringify(resolve(one))).toBe(JSON.stringify(resolve(two)));
  });

  test("only Metaflow's workload gets buckets, and only those it uses", () => {
    const [dev] = resolve(example);
    expect(dev?.workloads.map(({ name, buckets }) => [name, buckets])).toEqual([
      ['metaflow-task', ['acme-earth-dev-metaflow']],
      ['stac-api', []],
    ]);
  });
});
