import { writeFileSync } from 'node:fs';

/** A spec of `count` pipelines and as many workloads, in twenty namespaces, each pipeline with a schedule. */
export function writeBigSpec(path, count) {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const workloads = numbers.map(
    (n) =>
      `    workload-${n}: { namespace: team-${n % 20}, serviceAccount: task-${n}, grants: { pgstac: ingest, ingest: write } }`,
  );
  const pipelines = numbers.map(
    (n) => `  pipeline-${n}:
    source:
      stacApi: { url: https://earth-search.aws.element84.com/v1, collections: [collection-${n}], bbox: [5.9, 45.8, 10.5, 47.8], datetime: 2024-01-01/2024-03-31 }
    shardBy: month
    schedule: "${n % 60} ${n % 24} * * *"`,
  );
  writeFileSync(
    path,
    `apiVersion: platform/v1
name: big
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-4-16384 } }
databases: { ingest: {}, pgstac: { pgstac: 0.9.11 } }
access:
  workloads:
${workloads.join('\n')}
kubernetes: { version: "1.36", namespace: metaflow }
metaflow: { workload: workload-0, datastore: gs://acme-earth-metaflow, service: https://metaflow.acme.example, image: europe-docker.pkg.dev/acme-earth/platform/runner:1.0.0 }
pipelines:
${pipelines.join('\n')}
`,
  );
}
