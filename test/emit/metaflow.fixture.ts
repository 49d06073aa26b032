import type { Platform } from '../../src/model/platform.ts';
import { resolveText } from '../support/resolve.ts';

const google = `apiVersion: platform/v1
name: sentinel2
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
`;

const hostings = {
  cloudSql: 'hosting: { cloudSql: {} }\n',
  virtualMachines: 'hosting: { virtualMachines: { zone: europe-west1-b, clients: [10.0.0.0/16] } }\n',
};

const task = '    task: { namespace: flows, serviceAccount: task-runner, grants: { pgstac: ingest, ingest: write } }\n';

const parts = {
  task: `access:\n  workloads:\n${task}`,
  workloads: `access:
  workloads:
    reader: { namespace: web, serviceAccount: reader, grants: { pgstac: read } }
${task}`,
  kubernetes: 'kubernetes: { version: "1.36", namespace: platform, proxy: { port: 6543 } }\n',
  kubernetesByOperator: 'kubernetes: { version: "1.31", namespace: platform, proxy: { port: 6543 } }\n',
  metaflow: 'metaflow: { workload: task, datastore: gs://acme-earth-metaflow/a, image: example.org/runner:1.0.0 }\n',
  metaflowService:
    'metaflow: { workload: task, datastore: gs://acme-earth-metaflow/a, image: example.org/runner:1.0.0, service: "https://metaflow.acme.example:8080/api" }\n',
  pipelines: `pipelines:
  sentinel2: { source: { files: [items/*.ndjson] } }
  none: { source: { files: [items/*.ndjson] } }
  a-name-of-thirty-characters-xx: { source: { catalog: catalog.json } }
`,
} as const;

/** A platform of the parts named. */
export function makePlatform(hosting: keyof typeof hostings, ...wanted: readonly (keyof typeof parts)[]): Platform {
  return resolveText(google + hostings[hosting] + wanted.map((part) => parts[part]).join(''));
}
