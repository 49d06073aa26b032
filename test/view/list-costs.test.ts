import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { kubernetesTarget } from '../../src/emit/kubernetes.ts';
import { findMistakes } from '../../src/spec/find-mistakes.ts';
import { openTrace } from '../../src/trace/trace.ts';
import { countRuns } from '../../src/view/costs/cluster.ts';
import type { ViewCosts } from '../../src/view/costs/costs.ts';
import { listCosts } from '../../src/view/list-costs.ts';
import { createLocate } from '../../src/view/locate.ts';
import { resolveText } from '../support/resolve.ts';
import { projectRoot } from '../support/root.ts';

function readCosts(path: string, environment = 'default'): ViewCosts {
  return costsOf(readFileSync(join(projectRoot, path), 'utf8'), environment, path);
}

function costsOf(text: string, environment = 'default', path = 'platform.yaml'): ViewCosts {
  const spec = findMistakes({ path, text });
  if (!spec.ok) throw new Error(JSON.stringify(spec.diagnostics));
  const { platform, root } = openTrace(spec.value, environment, text);
  return listCosts(platform, root, createLocate(root, root));
}

/** By what it is, the amounts in the order of their units. */
function amountsOf({ drivers }: ViewCosts): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(drivers.map(({ what, quantities }) => [what, quantities.map(({ amount }) => amount)]));
}

test('the sample: 4 vCPU and 16 GiB, twice, and 100 GiB of SSD, twice', () => {
  const costs = readCosts('spec/platform.yaml');
  expect(amountsOf(costs)).toMatchObject({
    // 4 × 730 × 2, and 16 × 730 × 2.
    'Instance sentinel2-postgres': [5840, 23360],
    'Disk of the instance': [200],
  });
  expect(costs.drivers[0]?.what).toBe('Instance sentinel2-postgres');
  expect(costs.drivers[0]?.lines).toContainEqual({ path: 'hosting.cloudSql.tier', line: 14, written: true });
  expect(costs.drivers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  expect(costs.unknown[0]).toMatch(/^Backups: 14 are kept .*GiB depends/);
});

test('an environment of its own: dev is small, prod has a replica and runs every night', () => {
  // 1 × 730 and 3.75 × 730; the disk stays 200 GiB, of one zone.
  expect(amountsOf(readCosts('examples/01-cloud-sql/platform.yaml', 'dev'))).toMatchObject({
    'Instance alps-dev-postgres': [730, 2737.5],
    'Disk of the instance': [200],
  });
  const prod = amountsOf(readCosts('examples/01-cloud-sql/platform.yaml', 'prod'));
  // Of one zone: 4 × 730, 16 × 730 and 200. 730 / 24 nights, 0.6 vCPU and 0.5625 GiB asked for.
  expect(prod).toMatchObject({ 'Replica read': [2920, 11680, 200], 'Ingestion of sentinel2': [18.25, 17.11] });
});

test('machines: two of 4 vCPU and 16 GiB, each with 200 GiB', () => {
  const costs = readCosts('examples/02-virtual-machines/platform.yaml');
  expect(amountsOf(costs)).toMatchObject({ 'Data disks': [400], 'Ingestion of landsat': [15.21, 15.21] });
  expect(costs.drivers[0]?.quantities.map(({ amount }) => amount)).toEqual([5840, 23360]);
});

test('a pod costs what its containers ask for in the manifests', () => {
  const text = `apiVersion: platform/v1
name: earth
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-1-3840 } }
access: { workloads: { task: { namespace: metaflow, serviceAccount: task, grants: { pgstac: ingest, ingest: write } } } }
metaflow: { workload: task, datastore: gs://acme-earth-metaflow, image: europe-docker.pkg.dev/acme-earth/platform/runner:1.0.0 }
kubernetes: { version: "1.36", pooler: { replicas: 2, grants: { pgstac: ingest, ingest: write } } }
pipelines:
  scenes: { source: { files: ["https://example.org/items.ndjson"] }, schedule: "0 * * * *" }
`;
  const manifests = kubernetesTarget.emit(resolveText(text), { specText: text });
  const asked = (file: string) => {
    const found = manifests.find(({ path }) => path.endsWith(file))?.text ?? '';
    const requests = [...found.matchAll(/ requests:\n +cpu: (\d+)m\n +memory: (\d+)Mi$/gm)];
    expect(requests).toHaveLength(2);
    const sum = (part: number) => requests.reduce((all, match) => all + Number(match[part]), 0);
    return [sum(1) / 1000, sum(2) / 1024];
  };
  const [cpu = 0, gib = 0] = asked('/ingest-scenes.yaml');
  const [poolerCpu = 0, poolerGib = 0] = asked('/pooler.yaml');
  const hundredths = (amount: number) => Math.round(amount * 100) / 100;
  expect(amountsOf(costsOf(text))).toMatchObject({
    'Ingestion of scenes': [hundredths(730 * cpu), hundredths(730 * gib)],
    'Pooler, 2 pods': [hundredths(1460 * poolerCpu), hundredths(1460 * poolerGib)],
  });
});

test.each([
  ['0 3 * * *', 730 / 24],
  ['*/15 * * * *', 730 * 4],
  ['0 0,12 * * *', (730 / 24) * 2],
  ['0 6 * * 1-5', (730 / 24) * (5 / 7)],
  ['30 4 1 * *', 730 / 24 / 30.4],
  ['0 0 * 6 *', 730 / 24 / 12],
])('%s runs %d times a month', (schedule, times) => {
  expect(countRuns(schedule)).toBeCloseTo(times);
});
