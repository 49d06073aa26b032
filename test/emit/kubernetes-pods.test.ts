import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ingestDsn, pgstacDsn } from '../../src/model/dsn.ts';
import { emitManifests, platforms, resolveParts, virtualMachines, writeSpec } from './kubernetes.platforms.ts';
import { at, type Manifest, parseManifests, podOf, proxyOf, readManifests, readText } from './kubernetes.read.ts';

const files = {
  job: 'database-init.yaml',
  cron: 'ingest-sentinel2.yaml',
  byHand: 'ingest-landsat.yaml',
  smoke: 'smoke.yaml',
  example: 'cloudsql-auth-proxy.yaml',
};

function variablesOf(container: unknown): Record<string, unknown> {
  const env = at(container, 'env') as { name: string; value: string }[];
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

describe('the sidecar', () => {
  test('is the same in the example, the ingestion and the pooler', () => {
    const parts = { kubernetes: '{ version: "1.36", pooler: {} }' };
    const deployment = readManifests(parts, 'pooler.yaml').find(({ kind }) => kind === 'Deployment');
    const written = proxyOf(readManifests(parts, files.example)[0]);
    expect(at(written, 'restartPolicy')).toBe('Always');
    expect(at(written, 'securityContext', 'runAsUser')).toBe(65532);
    expect(proxyOf(readManifests(parts, files.cron)[0])).toEqual(written);
    expect(proxyOf(deployment)).toEqual(written);
  });

  test('is what the admission policy adds', () => {
    const written = proxyOf(readManifests({}, files.example)[0]);
    const policy = readManifests({}, 'task-proxy-policy.yaml')[0];
    const expression = String(at(policy, 'spec', 'mutations', 0, 'jsonPatch', 'expression'));
    expect(readSidecar(expression)).toEqual(written);
    // Before a task's own init containers, which may use the databases.
    expect(expression).toContain('path: "/spec/initContainers/0"');
  });

  test('logs in by IAM, but for the init Job', () => {
    const argsOf = (file: string) => at(proxyOf(readManifests({}, file)[0]), 'args');
    const common = ['--structured-logs', '--exit-zero-on-sigterm', '--health-check'];
    const port = ['--http-address=0.0.0.0', '--http-port=9801', '--port=5432', 'acme-earth:europe-west1:acme-postgres'];
    expect(argsOf(files.cron)).toEqual(['--private-ip', '--auto-iam-authn', ...common, ...port]);
    expect(argsOf(files.job)).toEqual(['--private-ip', ...common, ...port]);
  });

  test('is not there on virtual machines, nor the example that shows it', () => {
    const artifacts = emitManifests({ hosting: virtualMachines });
    expect(artifacts.map(({ path }) => path)).not.toContain(`terraform/kubernetes/${files.example}`);
    expect(artifacts.filter(({ text }) => text.includes('cloudsql-auth-proxy'))).toEqual([]);
  });
});

/** An object literal of CEL without the names of its types is JSON with bare keys. */
function readSidecar(expression: string): unknown {
  const literal = /value: (Object\.spec\.initContainers\{[\s\S]*\})\s*\}\s*\]$/.exec(expression)?.[1] ?? '';
  return JSON.parse(literal.replace(/\bObject[\w.]*\{/g, '{').replace(/^(\s*)(\w+): /gm, '$1"$2": '));
}

describe('a Metaflow task', () => {
  test('is matched by its label, its namespace and its service account, and only without the proxy', () => {
    const parts = platforms['admission policy, two workloads, an environment'] ?? {};
    const policies = readManifests(parts, 'task-proxy-policy.yaml').filter(({ kind }) => kind.endsWith('Policy'));
    expect(policies.map(({ metadata }) => at(metadata, 'name'))).toEqual([
      'acme-prod-flows-metaflow-task',
      'acme-prod-tiles-tiles-api',
    ]);
    expect(at(policies[1], 'spec', 'matchConstraints', 'namespaceSelector', 'matchLabels')).toEqual({
      'kubernetes.io/metadata.name': 'tiles',
    });
    const conditions = at(policies[1], 'spec', 'matchConditions') as { name: string; expression: string }[];
    expect(conditions.map(({ name }) => name)).toEqual(['metaflow-task', 'service-account', 'has-no-proxy']);
    expect(conditions[1]?.expression).toBe('object.spec.serviceAccountName == "tiles-api"');
  });

  test('is given the DSNs of its own workload', () => {
    const platform = resolveParts({});
    const [workload] = platform.workloads;
    if (workload === undefined) throw new Error('no workload');
    const text = String(
      at(readManifests({}, 'task-proxy-policy.yaml')[0], 'spec', 'mutations', 1, 'applyConfiguration', 'expression'),
    );
    expect(text).toContain(`value: "${pgstacDsn(platform, workload)}"`);
    expect(text).toContain(`value: "${ingestDsn(platform, workload)}"`);
  });

  test('gets the proxy from the operator before 1.36, in the shape of its v1 API', () => {
    expect(readManifests(platforms['operator'] ?? {}, 'task-proxy-operator.yaml')).toEqual([
      {
        apiVersion: 'cloudsql.cloud.google.com/v1',
        kind: 'AuthProxyWorkload',
        metadata: { name: 'metaflow-task', namespace: 'metaflow' },
        spec: {
          workloadSelector: {
            kind: 'Pod',
            selector: {
              matchLabels: { 'app.kubernetes.io/name': 'metaflow-task' },
              matchExpressions: [{ key: 'cloudsql-auth-proxy', operator: 'DoesNotExist' }],
            },
          },
          instances: [
            {
              connectionString: 'acme-earth:europe-west1:acme-postgres',
              port: 6543,
              autoIAMAuthN: true,
              privateIP: false,
            },
          ],
          authProxyContainer: {
            image: 'gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.27.0',
            rolloutStrategy: 'None',
            resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '256Mi' } },
          },
        },
      },
    ]);
    const labels = at(readManifests(platforms['operator'] ?? {}, files.example)[0], 'metadata', 'labels');
    expect(labels).toHaveProperty('cloudsql-auth-proxy');
  });
});

describe('Jobs', () => {
  test('run the runner with the spec and the environment', () => {
    const parts = platforms['admission policy, two workloads, an environment'] ?? {};
    const tail = ['--spec', '/etc/platform/platform.yaml', '--env', 'prod'];
    const commandOf = (file: string) => at(podOf(readManifests(parts, file)[0]), 'containers', 0, 'command');
    const result = ['--allow-quarantined', '--format', 'json'];
    expect(commandOf(files.cron)).toEqual([
      'platform',
      'ingest',
      'sentinel2',
      ...result,
      '--run',
      '$(RUN_ID)',
      ...tail,
    ]);
    expect(commandOf(files.smoke)).toEqual(['platform', 'verify', ...tail]);
    const onMachines = podOf(readManifests({ hosting: virtualMachines }, files.smoke)[0]);
    expect(at(onMachines, 'containers', 0, 'command')).toEqual(['platform', 'verify', ...tail.slice(0, 3), 'default']);
    expect(commandOf(files.example)).toEqual(['platform', 'verify', ...tail]);
    expect((commandOf(files.job) as string[]).slice(-7)).toEqual(['platform', 'db', 'init', ...tail]);
  });

  test('of ingestion are given the workload', () => {
    const platform = resolveParts({});
    const [workload] = platform.workloads;
    if (workload === undefined) throw new Error('no workload');
    const pod = podOf(readManifests({}, files.cron)[0]);
    expect(at(pod, 'serviceAccountName')).toBe(workload.serviceAccount);
    expect(variablesOf(at(pod, 'containers', 0))).toMatchObject({
      INGEST_DB_DSN: ingestDsn(platform, workload),
      PGSTAC_DSN: pgstacDsn(platform, workload),
    });
  });

  test('of shards are indexed: each pod has its shard of one run, whose id is the Job', () => {
    const jobOf = (variant: string, file: string) =>
      at(readManifests(platforms[variant] ?? {}, file)[0], 'spec', 'jobTemplate', 'spec');
    const job = jobOf('shards', files.cron);
    expect(job).toMatchObject({ completionMode: 'Indexed', completions: 4, parallelism: 4, backoffLimitPerIndex: 3 });
    const container = at(job, 'template', 'spec', 'containers', 0);
    expect((at(container, 'command') as string[]).slice(6, 11)).toEqual([
      '--run',
      '$(RUN_ID)',
      '--index',
      '$(JOB_COMPLETION_INDEX)/4',
      '--finish',
    ]);
    expect((at(container, 'env') as { name: string }[]).find(({ name }) => name === 'RUN_ID')).toEqual({
      name: 'RUN_ID',
      valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/controller-uid']" } },
    });
    // Before it was there for good, the failures of all shards are one count.
    expect(jobOf('shards, each counted for itself', files.cron)).toHaveProperty('backoffLimitPerIndex', 3);
    const together = jobOf('shards, counted together', files.byHand);
    expect(together).toMatchObject({ completions: 12, backoffLimit: 36 });
    expect(together).not.toHaveProperty('backoffLimitPerIndex');
  });

  test('of no shards are one pod, which goes on with the run of the one before it: its id is the Job', () => {
    const job = at(readManifests({}, files.cron)[0], 'spec', 'jobTemplate', 'spec');
    expect(job).not.toHaveProperty('completionMode');
    const container = at(job, 'template', 'spec', 'containers', 0);
    expect((at(container, 'command') as string[]).slice(6, 9)).toEqual(['--run', '$(RUN_ID)', '--spec']);
    expect((at(container, 'env') as { name: string }[]).map(({ name }) => name)).toContain('RUN_ID');
  });

  test('of shards without a schedule are suspended, to be started by hand, where a pod can read the source', () => {
    const byHand = readManifests(platforms['shards'] ?? {}, files.byHand)[0];
    expect(at(byHand, 'spec', 'suspend')).toBe(true);
    expect(at(readManifests(platforms['shards'] ?? {}, files.cron)[0], 'spec')).not.toHaveProperty('suspend');
    const local = { pipelines: '{ sentinel2: { source: { files: [items.ndjson] }, shards: 4 } }' };
    expect(emitManifests(local).filter(({ path }) => path.includes('/ingest-'))).toEqual([]);
  });

  test('start again a few times and not for ever, not for a mistake in the spec, and are gone in the end', () => {
    const jobs = [files.job, files.smoke].map((file) => at(readManifests({}, file)[0], 'spec'));
    for (const job of [...jobs, at(readManifests({}, files.cron)[0], 'spec', 'jobTemplate', 'spec')]) {
      expect(at(job, 'backoffLimit')).toBeGreaterThan(0);
      expect(at(job, 'activeDeadlineSeconds')).toBeGreaterThan(0);
      expect(at(job, 'ttlSecondsAfterFinished')).toBeGreaterThan(0);
      const name = at(job, 'template', 'spec', 'containers', 0, 'name');
      expect(at(job, 'podFailurePolicy', 'rules')).toEqual([
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
        { action: 'FailJob', onExitCodes: { containerName: name, operator: 'In', values: [2] } },
      ]);
      expect(at(job, 'template', 'spec')).toMatchObject({ restartPolicy: 'Never', terminationGracePeriodSeconds: 60 });
    }
  });

  test("are named by their template: another spec or image is another Job, the cluster's version is not", () => {
    const nameOf = (text: string) => at(parseManifests(text)[0], 'metadata', 'name');
    const jobWith = (parts: object, specText: string) =>
      nameOf(emitManifests(parts, specText).find(({ path }) => path.endsWith(files.job))?.text ?? '');
    const name = jobWith({}, writeSpec({}));
    expect(name).toMatch(/^database-init-[0-9a-f]{10}$/);
    expect(jobWith({ kubernetes: '{ version: "1.37" }' }, writeSpec({}))).toBe(name);
    expect(jobWith({}, `${writeSpec({})}# changed\n`)).not.toBe(name);
    const image = '{ datastore: gs://acme-metaflow, image: "runner:2" }';
    expect(jobWith({ metaflow: image }, writeSpec({}))).not.toBe(name);
  });

  test('there is none that makes roles where Terraform does, or where nothing may read the password', () => {
    for (const parts of [{ hosting: '{ cloudSql: { bootstrap: terraform } }' }, { hosting: virtualMachines }]) {
      expect(emitManifests(parts).map(({ path }) => path)).not.toContain(`terraform/kubernetes/${files.job}`);
      expect(readText(parts, 'service-accounts.yaml')).not.toContain('platform-init');
    }
  });
});

describe("the admin's password", () => {
  /** Stands in for the client library, whose one call it has; the script and the shell are the manifest's own. */
  const secretManager = `
import os
from types import SimpleNamespace


class SecretManagerServiceClient:
    def access_secret_version(self, name):
        assert name == "projects/acme-earth/secrets/acme-admin-password/versions/latest", name
        return SimpleNamespace(payload=SimpleNamespace(data=os.environb[b"TEST_PASSWORD"]))
`;

  test.each(['plain', 'a\'b"c$(id)`x`\\n', ' spaces:and:colons ', 'ünïcode#%40'])(
    'reaches the command whole: %j',
    (password) => {
      const job = readManifests({}, files.job)[0] as Manifest;
      const [reader] = at(podOf(job), 'initContainers') as unknown[];
      const folder = mkdtempSync(join(tmpdir(), 'platform-password-'));
      try {
        mkdirSync(join(folder, 'google/cloud'), { recursive: true });
        writeFileSync(join(folder, 'google/cloud/secretmanager.py'), secretManager);
        const file = join(folder, 'password');
        const env = { ...process.env, ...(variablesOf(reader) as Record<string, string>), PASSWORD_FILE: file };
        const [python = '', ...script] = at(reader, 'command') as string[];
        const read = spawnSync(python, script, { env: { ...env, PYTHONPATH: folder, TEST_PASSWORD: password } });
        expect(String(read.stderr)).toBe('');
        expect(readFileSync(file, 'utf8')).toBe(password);
        expect(statSync(file).mode & 0o777).toBe(0o600);
        const command = at(podOf(job), 'containers', 0, 'command') as string[];
        const [shell = '', ...words] = command.slice(0, command.indexOf('platform'));
        const run = spawnSync(shell, [...words, 'printenv', 'PGPASSWORD'], { env });
        expect(String(run.stdout)).toBe(`${password}\n`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
