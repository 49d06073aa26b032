import type { Artifact } from '../../src/artifact/artifact.ts';
import { kubernetesTarget } from '../../src/emit/kubernetes.ts';
import type { Platform } from '../../src/model/platform.ts';
import { resolveText } from '../support/resolve.ts';

/** The parts of a spec that the suites about manifests and the team's files vary. */
export interface Parts {
  readonly hosting?: string;
  readonly access?: string;
  readonly kubernetes?: string | null;
  readonly metaflow?: string | null;
  readonly pipelines?: string;
  readonly environment?: string;
  readonly labels?: string;
}

const metaflow =
  '{ datastore: gs://acme-metaflow/flows, service: "https://metaflow.acme.example:8443", image: europe-docker.pkg.dev/acme-earth/platform/runner:1.0.0 }';

const pipelines = `
  sentinel2:
    source: { stacApi: { url: "http://stac.acme.example:8080/v1", collections: [sentinel-2-l2a] } }
    schedule: "0 3 * * *"
  landsat: { source: { catalog: "https://landsat.acme.example/catalog.json" } }`;

/** A run of several pods by a schedule, and one that a person starts. */
const sharded = `
  sentinel2:
    source: { stacApi: { url: "https://stac.acme.example/v1", collections: [sentinel-2-l2a] } }
    schedule: "0 3 * * *"
    shards: 4
  landsat: { source: { catalog: "https://landsat.acme.example/catalog.json" }, shards: 12 }`;

const access = `
  workloads:
    metaflow-task: { namespace: metaflow, serviceAccount: metaflow-task, grants: { pgstac: ingest, ingest: write } }
  people:
    - { member: "user:ana@example.org", grants: { pgstac: ingest, ingest: write } }
    - { member: "group:readers@example.org", grants: { pgstac: read } }`;

const cloudSql = '{ cloudSql: {} }';
export const virtualMachines = '{ virtualMachines: { zone: europe-west1-b, clients: [10.0.0.0/16] } }';

export function writeSpec(parts: Parts): string {
  const lines = [
    'apiVersion: platform/v1',
    'name: acme',
    `labels: ${parts.labels ?? '{ team: earth }'}`,
    'gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }',
    `hosting: ${parts.hosting ?? cloudSql}`,
    `access: ${parts.access ?? access}`,
    ...(parts.kubernetes === null ? [] : [`kubernetes: ${parts.kubernetes ?? '{ version: "1.36" }'}`]),
    ...(parts.metaflow === null ? [] : [`metaflow: ${parts.metaflow ?? metaflow}`]),
    `pipelines: ${parts.pipelines ?? pipelines}`,
    ...(parts.environment === undefined ? [] : [`environments: { ${parts.environment}: {} }`]),
  ];
  return `${lines.join('\n')}\n`;
}

export function resolveParts(parts: Parts): Platform {
  return resolveText(writeSpec(parts), parts.environment);
}

export function emitManifests(parts: Parts, specText = writeSpec(parts)): readonly Artifact[] {
  return kubernetesTarget.emit(resolveParts(parts), { specText });
}

const twoWorkloads = `
  workloads:
    metaflow-task: { namespace: flows, serviceAccount: metaflow-task, grants: { pgstac: ingest, ingest: write } }
    tiles: { namespace: tiles, serviceAccount: tiles-api, grants: { pgstac: read } }`;

export const endpoint =
  '{ cloudSql: { privateServiceConnect: { subnetworks: [projects/acme-earth/regions/europe-west1/subnetworks/main] } } }';

/** One of each way the manifests differ. */
export const platforms: Readonly<Record<string, Parts>> = {
  'admission policy': {},
  'admission policy, two workloads, an environment': {
    access: twoWorkloads,
    environment: 'prod',
    kubernetes: '{ version: "1.37", namespace: platform }',
    metaflow: metaflow.replace('{ ', '{ workload: metaflow-task, '),
  },
  operator: { kubernetes: '{ version: "1.31", proxy: { port: 6543, privateIp: false } }' },
  'an endpoint': { hosting: endpoint },
  'an endpoint, by the operator': { hosting: endpoint, kubernetes: '{ version: "1.31" }' },
  'bootstrap by Terraform': { hosting: '{ cloudSql: { bootstrap: terraform } }' },
  pooler: {
    kubernetes:
      '{ version: "1.36", pooler: { mode: session, replicas: 3, grants: { pgstac: ingest }, clients: [stac, metaflow] } }',
  },
  'pooler, no Metaflow': { metaflow: null, pipelines: '{}', kubernetes: '{ version: "1.31", pooler: {} }' },
  'a quota': { kubernetes: '{ version: "1.36", quota: { pods: 3, cpu: 64, memory: 256Gi } }' },
  'virtual machines': { hosting: virtualMachines },
  shards: { pipelines: sharded },
  'shards, each counted for itself': { pipelines: sharded, kubernetes: '{ version: "1.33" }' },
  'shards, counted together': { pipelines: sharded, kubernetes: '{ version: "1.29", namespace: platform }' },
  'no schedules': { pipelines: '{ sentinel2: { source: { catalog: c.json } } }' },
  'no Metaflow': { metaflow: null, pipelines: '{}' },
  'no workloads': { access: '{}', metaflow: null, pipelines: '{}' },
};
