import { describe, expect, test } from '@jest/globals';
import type { Platform } from '../../src/model/platform.ts';
import { traceSteps } from '../../src/trace/hunks.ts';
import { formatPath } from '../../src/trace/spec-path.ts';
import { listModelSteps, listSteps, pairSpecs } from '../../src/trace/steps.ts';
import { readSpec } from './traces.ts';

const cloudSql = '{ cloudSql: { tier: db-custom-2-7680 } }';
const machines = '{ virtualMachines: { zone: europe-west1-b, clients: [10.0.0.0/16] } }';
const spec = (hosting: string, more = '') => `apiVersion: platform/v1
name: earth
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: ${hosting}
${more}`;
const workload = (name: string) => `access:
  workloads:
    ${name}: { namespace: metaflow, serviceAccount: ${name}, grants: { pgstac: ingest, ingest: write } }
`;
const metaflow = (name: string) => `kubernetes: { version: "1.36" }
metaflow: { workload: ${name}, datastore: gs://acme, service: https://m.example, image: eu/x:1 }
`;

/** The steps from one spec to another: the places of each, and the files that they touch. */
function trace(before: string, after: string, most = 100) {
  const pair = pairSpecs(readSpec('old.yaml', before), readSpec('platform.yaml', after), 'default');
  if (pair === null) throw new Error('both have the environment');
  const { steps, left } = listSteps(pair, most);
  const traced = traceSteps(steps).map(({ differences, hunks }) => ({
    places: differences.map(({ path, kind }) => `${kind} ${formatPath(path)}`),
    files: [...new Set(hunks.map(({ path }) => path))],
  }));
  return { traced, left, steps };
}

describe('one place of the spec', () => {
  test('is one step, with all that is derived of it', () => {
    const { traced } = trace(spec(cloudSql), spec('{ cloudSql: { tier: db-custom-8-32768 } }'));
    expect(traced).toEqual([
      { places: ['written hosting.cloudSql.tier'], files: ['terraform/instance.tf', 'terraform/monitoring.tf'] },
    ]);
  });
  test('that is the same in other words is none', () => {
    expect(trace(spec(cloudSql), `# as it was\n${spec('\n  cloudSql:\n    tier: db-custom-2-7680')}`).traced).toEqual(
      [],
    );
  });
  test('of a list is its item, by name: in the spec where it is written, in the old one where it is gone', () => {
    const people = (...names: readonly string[]) =>
      `access: { people: [${names.map((name) => `{ member: "user:${name}@example.org", grants: { pgstac: read } }`)}] }`;
    const { traced } = trace(spec(cloudSql, people('ana', 'bob')), spec(cloudSql, people('eve', 'ana')));
    expect(traced.map(({ places }) => places)).toEqual([['gone access.people[1]'], ['written access.people[0]']]);
  });
});

describe('places that only go together', () => {
  test('a kind of hosting in the place of the other is one step', () => {
    const { traced } = trace(spec(cloudSql), spec(machines));
    expect(traced.map(({ places }) => places)).toEqual([['gone hosting.cloudSql', 'written hosting.virtualMachines']]);
    expect(traced[0]?.files).toContain('terraform/instance.tf');
    expect(traced[0]?.files).toContain('terraform/postgres_vms/main.tf');
  });
  test('what refers to something new comes after it, and neither writes for the other', () => {
    const both = `${workload('tasks')}    other: { namespace: x, serviceAccount: y, grants: { pgstac: read } }\n`;
    const { traced, steps } = trace(
      spec(cloudSql, workload('tasks') + metaflow('tasks')),
      spec(cloudSql, both + metaflow('other')),
    );
    expect(traced.map(({ places }) => places).sort()).toEqual([
      ['written access.workloads.other'],
      ['written metaflow.workload'],
    ]);
    for (const { before, after } of steps) expect(before).not.toEqual(after);
  });
  test('a workload that is another now, with what names it', () => {
    const { traced } = trace(
      spec(cloudSql, workload('tasks') + metaflow('tasks')),
      spec(cloudSql, workload('jobs') + metaflow('jobs')),
    );
    expect(traced.flatMap(({ places }) => places).sort()).toEqual([
      'gone access.workloads.tasks',
      'written access.workloads.jobs',
      'written metaflow.workload',
    ]);
  });
});

test('no more places are asked than are wanted, and the rest are counted', () => {
  const pipelines = (hour: number) =>
    `pipelines:\n${Array.from({ length: 9 }, (_, at) => `  p${at}: { source: { files: [a${hour}.ndjson] } }\n`).join('')}`;
  const { traced, left } = trace(spec(cloudSql, pipelines(1)), spec(cloudSql, pipelines(2)), 4);
  expect([traced.length, left]).toEqual([4, 5]);
});

test('without the specs, each field that differs is a step without a place', () => {
  const pair = trace(spec(cloudSql), spec('{ cloudSql: { tier: db-custom-8-32768 } }')).steps[0];
  const { before, after } = pair as { before: Platform; after: Platform };
  const { steps } = listModelSteps(before, after, 100);
  expect(steps.map(({ differences }) => differences)).toEqual([[], []]);
});
