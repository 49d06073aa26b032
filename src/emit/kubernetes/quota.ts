import type { Kubernetes, Platform } from '../../model/platform.ts';
import { yamlValue } from '../../print/yaml.ts';
import { renderTemplate } from '../render.ts';
import { findRunner } from './names.ts';

/** What the tasks' pods may ask for together; null where the spec bounds nothing. */
export function renderQuota(platform: Platform, { quota, namespace }: Kubernetes): string | null {
  if (quota === null) return null;
  const bounds = { pods: quota.pods, 'requests.cpu': quota.cpu, 'requests.memory': quota.memory };
  return renderTemplate('kubernetes/quota', 'yaml', {
    namespace: yamlValue(findRunner(platform)?.workload.namespace ?? namespace),
    bounds: Object.entries(bounds).flatMap(([name, value]) =>
      value === null ? [] : [{ name: yamlValue(name), value: yamlValue(String(value)) }],
    ),
  });
}
