import type { Kubernetes, Platform } from '../../model/platform.ts';
import { yamlValue } from '../../print/yaml.ts';
import { renderTemplate } from '../render.ts';
import { hashText } from './hash.ts';
import { findRunner, markEnds } from './names.ts';

/** The name of the ConfigMap that holds the spec: another spec is another one, so that no pod reads a half of each. */
export function nameSpec(specText: string): string {
  return `platform-spec-${hashText(specText)}`;
}

/** The spec in each namespace that has a pod which reads it; null where none does. */
export function renderSpec(
  platform: Platform,
  kubernetes: Kubernetes,
  specName: string,
  specText: string,
): string | null {
  const text = yamlValue(specText);
  const namespaces = listReaders(platform, kubernetes).map((namespace) => ({
    name: yamlValue(specName),
    namespace: yamlValue(namespace),
    text,
  }));
  if (namespaces.length === 0) return null;
  return renderTemplate('kubernetes/spec', 'yaml', { namespaces: markEnds(namespaces) });
}

/** The init Job's namespace, and that of ingestion, of the smoke test and of the example task. */
function listReaders(platform: Platform, kubernetes: Kubernetes): readonly string[] {
  const { hosting } = platform;
  const runner = findRunner(platform);
  if (runner === null) return [];
  const hasInit = hosting.kind === 'cloudSql' && hosting.initAccount !== null;
  return [...new Set([...(hasInit ? [kubernetes.namespace] : []), runner.workload.namespace])].sort();
}
