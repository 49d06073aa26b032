import { stringify } from 'yaml';
import type { Platform } from '../../../src/model/platform.ts';
import { resolveText } from '../../support/resolve.ts';

type Spec = { [key: string]: unknown };

const common: Spec = {
  apiVersion: 'platform/v1',
  name: 'sentinel2',
  labels: { team: 'earth-observation' },
  gcp: { project: 'acme-earth', region: 'europe-west1', network: 'projects/acme-earth/global/networks/main' },
  access: {
    workloads: {
      'metaflow-task': {
        namespace: 'metaflow',
        serviceAccount: 'metaflow-task',
        grants: { pgstac: 'ingest', ingest: 'write' },
      },
      'stac-api': { namespace: 'stac', serviceAccount: 'stac-api', grants: { pgstac: 'read' } },
    },
    people: [
      { member: 'user:ana@example.org', grants: { pgstac: 'read', ingest: 'read' } },
      { member: 'group:oncall@example.org', grants: { pgstac: 'ingest' } },
    ],
  },
  kubernetes: { version: '1.36' },
  metaflow: { workload: 'metaflow-task', datastore: 'gs://acme-earth-metaflow', image: 'registry.example/runner:1' },
  pipelines: {
    s2: {
      source: { files: ['items.ndjson'] },
      download: { assets: ['thumbnail'], to: 'gs://acme-earth-assets/thumbnails' },
    },
  },
};

export const cloudSql: Spec = { ...common, hosting: { cloudSql: {} } };

export const virtualMachines: Spec = {
  ...common,
  // A machine's one login may write, so the rules let no workload have a grant to read only.
  access: merge(common['access'] as Spec, {
    workloads: { 'stac-api': { grants: { pgstac: undefined, ingest: 'write' } } },
  }),
  hosting: { virtualMachines: { zone: 'europe-west1-b', clients: ['10.0.0.0/16'] } },
};

/** A spec as the front half resolves it, with `changes` merged in: maps merge, all else replaces, undefined removes. */
export function makePlatform(base: Spec, changes: Spec = {}, environment = 'default'): Platform {
  return resolveText(stringify(merge(base, changes)), environment);
}

function merge(base: Spec, changes: Spec): Spec {
  const merged = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const old = merged[key];
    if (value === undefined) delete merged[key];
    else merged[key] = isMap(old) && isMap(value) ? merge(old, value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Spec {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
