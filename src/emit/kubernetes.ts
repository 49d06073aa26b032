import type { Artifact } from '../artifact/artifact.ts';
import type { Kubernetes, Platform } from '../model/platform.ts';
import { yamlValue } from '../print/yaml.ts';
import { renderNamespaces, renderServiceAccounts, renderTaskLaunchers } from './kubernetes/accounts.ts';
import { renderIngestions } from './kubernetes/ingestions.ts';
import { renderDatabaseInit, renderExampleTask, renderSmoke } from './kubernetes/jobs.ts';
import { exampleFile, manifestFolder } from './kubernetes/names.ts';
import { renderNetworkPolicies } from './kubernetes/network.ts';
import { renderPooler } from './kubernetes/pooler.ts';
import { renderInjection } from './kubernetes/proxy.ts';
import { renderQuota } from './kubernetes/quota.ts';
import { nameSpec, renderSpec } from './kubernetes/spec-map.ts';
import { renderTemplate } from './render.ts';
import type { Target } from './target.ts';

/** What runs in the cluster, for `kubectl apply -k`; nothing where the platform has no Kubernetes. */
export const kubernetesTarget: Target = {
  name: 'kubernetes',
  emit(platform, input) {
    const { kubernetes } = platform;
    if (kubernetes === null) return [];
    const specName = nameSpec(input.specText);
    const applied = listManifests(platform, kubernetes, specName, input.specText);
    const example = renderExampleTask(platform, kubernetes, specName);
    return [
      ...applied,
      manifest('kustomization.yaml', renderKustomization(platform, applied, example !== null)),
      ...(example === null ? [] : [manifest(exampleFile, example)]),
    ];
  },
};

/** The manifests that are applied together, in the order of their names. */
function listManifests(
  platform: Platform,
  kubernetes: Kubernetes,
  specName: string,
  specText: string,
): readonly Artifact[] {
  const injection = renderInjection(platform, kubernetes);
  const texts: Record<string, string | null> = {
    'namespaces.yaml': renderNamespaces(platform, kubernetes),
    'service-accounts.yaml': renderServiceAccounts(platform, kubernetes),
    'quota.yaml': renderQuota(platform, kubernetes),
    'task-launchers.yaml': renderTaskLaunchers(platform, kubernetes),
    'network-policy.yaml': renderNetworkPolicies(platform, kubernetes),
    'spec.yaml': renderSpec(platform, kubernetes, specName, specText),
    'database-init.yaml': renderDatabaseInit(platform, kubernetes, specName),
    'smoke.yaml': renderSmoke(platform, kubernetes, specName),
    'pooler.yaml': renderPooler(platform, kubernetes),
    ...(injection === null ? {} : { [injection.file]: injection.text }),
  };
  for (const { pipeline, text } of renderIngestions(platform, kubernetes, specName))
    texts[`ingest-${pipeline}.yaml`] = text;
  return Object.entries(texts)
    .flatMap(([file, text]) => (text === null ? [] : [manifest(file, text)]))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function renderKustomization(platform: Platform, applied: readonly Artifact[], hasExample: boolean): string {
  const labels = platform.labels.filter(({ key, value }) => isLabel(key) && (value === '' || isLabel(value)));
  return renderTemplate('kubernetes/kustomization', 'yaml', {
    hasExample,
    labels: labels.map(({ key, value }) => ({ key: yamlValue(key), value: yamlValue(value) })),
    resources: applied.map(({ path }) => ({ file: yamlValue(path.slice(manifestFolder.length + 1)) })),
  });
}

/** Google Cloud's labels may begin or end in `_` or `-`, Kubernetes' may not: such a one stays on Google Cloud alone. */
function isLabel(text: string): boolean {
  return /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/.test(text);
}

function manifest(file: string, text: string): Artifact {
  return { path: `${manifestFolder}/${file}`, text };
}
