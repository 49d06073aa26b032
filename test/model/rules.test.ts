import { describe, expect, test } from '@jest/globals';
import { resolveSpec } from '../../src/compile.ts';
import { resolveText } from '../support/resolve.ts';

const gcp = 'gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }';

/** The codes of a spec's mistakes, warnings among them. */
async function codesOf(parts: string): Promise<readonly string[]> {
  const text = `apiVersion: platform/v1\nname: sentinel2\n${gcp}\n${parts}`;
  const resolved = await resolveSpec({ path: 'platform.yaml', text });
  return (resolved.ok ? resolved.warnings : resolved.diagnostics).map(({ code, message }) => `${code} ${message}`);
}

const machines = 'hosting: { virtualMachines: { zone: europe-west1-b, clients: [10.0.0.0/16] } }\n';

describe('no false alarm', () => {
  test.each([
    ['an old cluster beside virtual machines, which need no proxy', `${machines}kubernetes: { version: "1.28" }\n`],
    ['a pooler that just fits', pooled('db-g1-small', 'poolSize: 20, replicas: 2', 'alerts: { connections: 0.9 }')],
    [
      'a replica of the same size in words',
      'hosting: { cloudSql: { replicas: [{ name: a, tier: db-custom-2-7680 }] } }\n',
    ],
    [
      'a zonal instance without logs',
      'hosting: { cloudSql: { availability: zonal, backups: { pointInTimeRecovery: false } } }\n',
    ],
    [
      'fewer backups than days of logs that are not kept',
      'hosting: { cloudSql: { availability: zonal, backups: { pointInTimeRecovery: false, retained: 1 } } }\n',
    ],
    ['no pipeline, so nothing to load', `hosting: { cloudSql: {} }\n${tasks('{ pgstac: read }')}`],
    [
      '62 labels',
      `labels: { ${Array.from({ length: 62 }, (_, at) => `l${at}: x`).join(', ')} }\nhosting: { cloudSql: {} }\n`,
    ],
  ])('%s', async (_, parts) => {
    expect(await codesOf(parts)).toEqual([]);
  });

  test.each([
    'metaflow-eu metaflow-us',
    'team-a team-b',
    'dev1 dev2',
    'stac star',
    'flows metaflow',
    'a-b-flows a-flows',
  ])('the namespaces %s are two', async (pair) => {
    const [one = '', two = ''] = pair.split(' ');
    const read = 'grants: { pgstac: read }';
    const workloads = [one, one, two].map(
      (namespace, at) => `w${at}: { namespace: ${namespace}, serviceAccount: w${at}, ${read} }`,
    );
    expect(await codesOf(`hosting: { cloudSql: {} }\naccess: { workloads: { ${workloads.join(', ')} } }\n`)).toEqual(
      [],
    );
  });
});

function tasks(grants: string): string {
  return `access: { workloads: { tasks: { namespace: metaflow, serviceAccount: tasks, grants: ${grants} } } }
metaflow: { datastore: gs://acme-metaflow, image: acme/runner:1 }
`;
}

function pooled(tier: string, pooler: string, more: string): string {
  return `hosting: { cloudSql: { tier: ${tier}, ${more} } }
${tasks('{ pgstac: ingest, ingest: write }')}kubernetes: { version: "1.36", pooler: { ${pooler} } }
`;
}

test('among hundreds of namespaces only the misspelt one is told', async () => {
  const workloads = Array.from(
    { length: 1000 },
    (_, at) => `  w${at}: { namespace: space-${at >> 1}-flows, serviceAccount: w${at}, grants: { pgstac: read } }\n`,
  );
  const misspelt = '  last: { namespace: metaflwo, serviceAccount: last, grants: { pgstac: read } }\n';
  const text = `hosting: { cloudSql: {} }\nkubernetes: { version: "1.36" }\naccess:\n workloads:\n${workloads.join('')}${misspelt}`;
  expect(await codesOf(text)).toEqual([
    "PF221 only last is in the namespace metaflwo, and metaflow is that of the platform's own Jobs",
  ]);
});

describe('the longest names that the schema allows', () => {
  const long = (length: number): string => 'x'.repeat(length);
  const platform = resolveText(
    `apiVersion: platform/v1
name: ${long(20)}
gcp: { project: ${long(30)}, region: northamerica-northeast1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { replicas: [{ name: ${long(20)} }] } }
access: { workloads: { ${long(30)}: { namespace: ${long(63)}, serviceAccount: ${long(63)}, grants: { pgstac: ingest, ingest: write } } } }
metaflow: { datastore: gs://acme-metaflow, image: acme/runner:1 }
kubernetes: { version: "1.36" }
pipelines: { ${long(30)}: { source: { stacApi: { url: "https://stac.example.org", collections: [a] } }, schedule: "0 3 * * *" } }
environments: { ${long(12)}: {} }
`,
    long(12),
  );

  test('fit what Cloud SQL, IAM, PostgreSQL and Kubernetes take', () => {
    const { hosting, workloads, gcp, pipelines } = platform;
    if (hosting.kind !== 'cloudSql') throw new Error('Cloud SQL is wanted');
    // 'About instance settings': project-ID:instance-ID has 98 characters at most.
    for (const { instance } of [hosting, ...hosting.replicas])
      expect(`${gcp.project}:${instance}`.length).toBeLessThanOrEqual(98);
    expect(workloads[0]?.google.accountId).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
    // NAMEDATALEN: a longer role would be cut, and the login not be found.
    expect(workloads[0]?.databaseUser?.length).toBeLessThanOrEqual(63);
    // 'CronJob': its Jobs add 11 characters, so its own name has 52 at most.
    for (const { name } of pipelines) expect(`ingest-${name}`.length).toBeLessThanOrEqual(52);
  });
});
