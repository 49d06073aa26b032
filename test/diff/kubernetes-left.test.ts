import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { diffPlatforms } from '../../src/diff/diff.ts';
import { kubernetesTarget } from '../../src/emit/kubernetes.ts';
import type { Platform } from '../../src/model/platform.ts';
import { cloudSql, makePlatform } from '../emit/terraform/platforms.ts';

// In place of the fixtures' file, which no pod has.
const source = { files: undefined, catalog: 'https://example.org/catalog.json' };
const task = { namespace: 'metaflow', serviceAccount: 'metaflow-task', grants: { pgstac: 'ingest', ingest: 'write' } };
const full = {
  pipelines: { s2: { source, schedule: '0 3 * * *' } },
  kubernetes: { version: '1.36', pooler: {} },
};
const full133 = { ...full, kubernetes: { version: '1.33', pooler: {} } };
const launchers = [{ member: 'user:ana@example.org', grants: { pgstac: 'ingest', ingest: 'write' } }];

/** Specs of which the second makes fewer objects of Kubernetes than the first. */
const cases: readonly (readonly [name: string, before: Platform, after: Platform])[] = (
  [
    ['a pipeline', full, { ...full, pipelines: { s2: undefined, other: { source } } }],
    ['a schedule', full, { ...full, pipelines: { s2: { source } } }],
    ['shards', { ...full, pipelines: { s2: { source, shards: 4 } } }, { ...full, pipelines: { s2: { source } } }],
    ['the pooler', full, { ...full, kubernetes: { version: '1.36' } }],
    ['the quota', { kubernetes: { version: '1.36', quota: { pods: 9 } } }, { kubernetes: { version: '1.36' } }],
    ['Metaflow', full, { pipelines: { s2: { source } }, metaflow: undefined }],
    ['Kubernetes', full, { pipelines: { s2: { source } }, kubernetes: undefined }],
    ["the platform's namespace", full, { ...full, kubernetes: { ...full.kubernetes, namespace: 'other' } }],
    [
      "a workload's namespace",
      full,
      { ...full, access: { workloads: { 'metaflow-task': { ...task, namespace: 'x' } } } },
    ],
    ['a workload', full, { ...full, access: { workloads: { 'stac-api': undefined } } }],
    [
      "Metaflow's workload",
      full,
      { ...full, access: { workloads: { 'stac-api': { grants: task.grants } } }, metaflow: { workload: 'stac-api' } },
    ],
    ['the last who starts tasks', { ...full, access: { people: launchers } }, { ...full, access: { people: [] } }],
    ['how pods get the proxy', full133, full],
  ] as const
).map(([name, before, after]) => [name, makePlatform(cloudSql, before), makePlatform(cloudSql, after)]);

// `kubectl apply` deletes nothing: a person has to be told of what is left.
test.each(cases)('%s: what stays in the cluster is said', (_, before, after) => {
  const left = listObjects(before).filter((object) => !listObjects(after).includes(object));
  expect(left).not.toEqual([]);
  const said = diffPlatforms(before, after).filter(({ rule }) =>
    /kubectl|until (it is|they are) deleted|Nothing deletes/.test(rule.reason),
  );
  expect({ left, said: said.map(({ rule }) => rule.id) }).not.toMatchObject({ said: [] });
});

/** What is applied, by kind, namespace and name; without what bears a hash of its content, which nothing runs on by itself. */
function listObjects(platform: Platform): readonly string[] {
  return kubernetesTarget
    .emit(platform, { specText: '' })
    .filter(({ path }) => !/kustomization|cloudsql-auth-proxy/.test(path))
    .flatMap(({ text }) => parseAllDocuments(text).map((document) => document.toJS() as Manifest))
    .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)
    .filter((name) => !/^(ConfigMap|Job) /.test(name));
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}
