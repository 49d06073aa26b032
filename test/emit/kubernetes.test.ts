import { describe, expect, test } from '@jest/globals';
import * as admission from 'kubernetes-models/admissionregistration.k8s.io/v1';
import * as apps from 'kubernetes-models/apps/v1';
import * as batch from 'kubernetes-models/batch/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as rbac from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import * as core from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';
import { emitManifests, endpoint, platforms, virtualMachines, writeSpec } from './kubernetes.platforms.ts';
import { at, type Manifest, parseManifests, readManifests, readText } from './kubernetes.read.ts';

const models: Readonly<Record<string, object>> = {
  'admissionregistration.k8s.io/v1': admission,
  'apps/v1': apps,
  'batch/v1': batch,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
  'rbac.authorization.k8s.io/v1': rbac,
  v1: core,
};
/** Custom resources and kustomize's own file; their shapes have tests of their own. */
const unknownToModels = new Set(['AuthProxyWorkload', 'Kustomization']);

/** Holes hold one-line JSON scalars, so the library is told to leave those on one line. */
const asWritten = { lineWidth: 0, doubleQuotedAsJSON: true };

type Model = new (manifest: Manifest) => { validate(): void };

function validate(manifest: Manifest): void {
  const model = (models[manifest.apiVersion] as Record<string, Model> | undefined)?.[manifest.kind];
  if (model === undefined) throw new Error(`kubernetes-models has no ${manifest.apiVersion} ${manifest.kind}`);
  new model(manifest).validate();
}

test('the models refuse what is wrong, so that passing them says something', () => {
  const broken = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'x' }, spec: { backoffLimit: 'four' } };
  expect(() => validate(broken)).toThrow();
});

describe.each(Object.entries(platforms))('%s', (_, parts) => {
  const artifacts = emitManifests(parts);

  test.each(artifacts.map(({ path, text }) => [path, text]))('%s is what the yaml library prints', (_path, text) => {
    const documents = parseAllDocuments(text, { uniqueKeys: true });
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(documents.map((document) => document.toString(asWritten)).join('')).toBe(text);
  });

  test.each(artifacts.map(({ path, text }) => [path, text]))('%s passes kubernetes-models', (_path, text) => {
    for (const manifest of parseManifests(text)) if (!unknownToModels.has(manifest.kind)) validate(manifest);
  });

  test('the kustomization names every manifest but the example, once', () => {
    const { resources } = readManifests(parts, 'kustomization.yaml')[0] as Manifest & { resources: string[] };
    const files = artifacts.map(({ path }) => path.replace('terraform/kubernetes/', ''));
    const left = ['kustomization.yaml', 'cloudsql-auth-proxy.yaml'];
    expect(resources).toEqual(files.filter((file) => !left.includes(file)).sort());
  });

  test('no two manifests are the same object', () => {
    const names = artifacts
      .flatMap(({ text }) => parseManifests(text))
      .map(({ kind, metadata }) => `${kind} ${at(metadata, 'namespace')}/${at(metadata, 'name')}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('every ConfigMap that a pod mounts is made, and no other', () => {
    const all = artifacts.flatMap(({ text }) => parseManifests(text));
    const made = all.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata);
    const mounted = artifacts.flatMap(({ text }) =>
      [...text.matchAll(/configMap:\n +name: "(.*)"/g)].map((match) => match[1]),
    );
    expect(new Set(made.map((metadata) => at(metadata, 'name')))).toEqual(new Set(mounted));
  });

  test('every namespace that is used is made, and every service account', () => {
    const all = artifacts.flatMap(({ text }) => parseManifests(text));
    const named = (kind: string) => all.filter((one) => one.kind === kind).map(({ metadata }) => at(metadata, 'name'));
    const used = all.flatMap(({ metadata }) => at(metadata, 'namespace') ?? []);
    expect(named('Namespace')).toEqual([...new Set(used)].sort());
    const accounts = artifacts.flatMap(({ text }) =>
      [...text.matchAll(/serviceAccountName: "(.*)"/g)].map((m) => m[1]),
    );
    expect(named('ServiceAccount')).toEqual(expect.arrayContaining([...new Set(accounts)]));
  });

  test('no DSN has a password', () => {
    for (const { text } of artifacts) {
      for (const dsn of text.match(/postgres(ql)?:\/\/[^\s"]*/g) ?? []) expect(new URL(dsn).password).toBe('');
    }
  });

  test('the same spec gives the same bytes', () => {
    expect(emitManifests(parts)).toEqual(artifacts);
  });
});

test('no Kubernetes, no manifests', () => {
  expect(emitManifests({ kubernetes: null, pipelines: '{}' })).toEqual([]);
});

describe('namespaces', () => {
  test("Metaflow's are at baseline, the platform's own at restricted", () => {
    const parts = { kubernetes: '{ version: "1.36", namespace: platform }' };
    const levels = readManifests(parts, 'namespaces.yaml').map(({ metadata }) => [
      at(metadata, 'name'),
      at(metadata, 'labels', 'pod-security.kubernetes.io/enforce'),
      at(metadata, 'labels', 'pod-security.kubernetes.io/enforce-version'),
    ]);
    expect(levels).toEqual([
      ['metaflow', 'baseline', 'v1.36'],
      ['platform', 'restricted', 'v1.36'],
    ]);
  });
});

describe('who launches tasks', () => {
  test('is who was granted at least what a task may do', () => {
    const [, binding] = readManifests({}, 'task-launchers.yaml');
    expect(at(binding, 'subjects')).toEqual([
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ana@example.org' },
    ]);
  });

  test('is nobody where all may only read, which is written all the same: applying it takes the right away', () => {
    const workloads = '{ w: { namespace: metaflow, serviceAccount: w, grants: { pgstac: ingest } } }';
    const access = `{ workloads: ${workloads}, people: [{ member: "user:bo@example.org", grants: { ingest: write } }] }`;
    const [, binding, ...others] = readManifests({ access, pipelines: '{}' }, 'task-launchers.yaml');
    expect(at(binding, 'subjects')).toEqual([]);
    expect(others).toEqual([]);
  });

  test('is bound to its service account wherever Kubernetes has validating policies', () => {
    const kindsOf = (version: string) =>
      readManifests({ kubernetes: `{ version: "${version}", namespace: platform }` }, 'task-launchers.yaml').map(
        ({ kind }) => kind,
      );
    expect(kindsOf('1.29')).toEqual(['Role', 'RoleBinding']);
    expect(kindsOf('1.30')).toContain('ValidatingAdmissionPolicy');
  });
});

describe('labels', () => {
  test('are what Kubernetes can hold of them, in one place', () => {
    const [kustomization] = readManifests({ labels: '{ team: earth, odd_: x, cost: "-1" }' }, 'kustomization.yaml');
    expect(at(kustomization, 'labels', 0, 'pairs')).toEqual({
      'app.kubernetes.io/managed-by': 'platform',
      environment: 'default',
      platform: 'acme',
      team: 'earth',
    });
  });
});

describe('network policy', () => {
  const portsOf = (rule: unknown) => (at(rule, 'ports') as { port: number }[]).map(({ port }) => port);

  test('reaches names, metadata, the databases, 443 and the ports that the spec names', () => {
    const [policy] = readManifests({}, 'network-policy.yaml');
    const egress = at(policy, 'spec', 'egress') as unknown[];
    expect(egress.map(portsOf)).toEqual([[53, 53], [80, 8080], [987, 988], [3307], [443, 8080, 8443]]);
    expect(at(policy, 'spec', 'ingress')).toEqual([]);
    expect(at(egress[3], 'to', 0, 'ipBlock', 'cidr')).toBe('10.0.0.0/8');
  });

  test('goes to 5432 on virtual machines, and anywhere for a proxy by public address', () => {
    const machines = at(readManifests({ hosting: virtualMachines }, 'network-policy.yaml')[0], 'spec', 'egress', 3);
    expect(portsOf(machines)).toEqual([5432]);
    const parts = { kubernetes: '{ version: "1.36", proxy: { privateIp: false } }' };
    const open = at(readManifests(parts, 'network-policy.yaml')[0], 'spec', 'egress', 3, 'to');
    expect(open).toEqual([{ ipBlock: { cidr: '0.0.0.0/0' } }]);
  });

  test('goes to the endpoint by its name, in the same ranges, with Private Service Connect', () => {
    const egress = at(readManifests({ hosting: endpoint }, 'network-policy.yaml')[0], 'spec', 'egress', 3);
    expect(portsOf(egress)).toEqual([3307]);
    expect(at(egress, 'to', 0, 'ipBlock', 'cidr')).toBe('10.0.0.0/8');
    for (const file of ['cloudsql-auth-proxy.yaml', 'database-init.yaml', 'task-proxy-policy.yaml']) {
      const text = JSON.stringify(readManifests({ hosting: endpoint }, file));
      expect([file, text.includes('--psc'), text.includes('--private-ip')]).toEqual([file, true, false]);
    }
    const byOperator = { hosting: endpoint, kubernetes: '{ version: "1.31" }' };
    const [workload] = readManifests(byOperator, 'task-proxy-operator.yaml');
    expect(at(workload, 'spec', 'instances', 0)).toMatchObject({ psc: true });
    expect(at(workload, 'spec', 'instances', 0)).not.toHaveProperty('privateIP');
  });
});

describe('the spec in the cluster', () => {
  test.each(['é "quoted" \\ $(id) {{hole}} %{x} \u2028', "it's: # - *\t& !tag |", '\u202e😀\u0085'])(
    'comes back whole: %j',
    (hostile) => {
      const specText = `${writeSpec({})}# ${hostile}\r\n\n`;
      const artifacts = emitManifests({}, specText);
      const text = artifacts.find(({ path }) => path.endsWith('/spec.yaml'))?.text ?? '';
      expect(at(parseManifests(text)[0], 'data', 'platform.yaml')).toBe(specText);
    },
  );

  test('is in each namespace whose Jobs read it', () => {
    const maps = readManifests({ kubernetes: '{ version: "1.36", namespace: platform }' }, 'spec.yaml');
    expect(maps.map(({ metadata }) => at(metadata, 'namespace'))).toEqual(['metaflow', 'platform']);
    expect(readText({}, 'spec.yaml')).toContain('immutable: true');
    const unread = { metaflow: null, pipelines: '{}' };
    expect(emitManifests(unread).map(({ path }) => path)).not.toContain('terraform/kubernetes/spec.yaml');
  });
});
