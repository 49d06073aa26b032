import { parseAllDocuments } from 'yaml';
import { emitManifests, type Parts } from './kubernetes.platforms.ts';

/** A Kubernetes object as the tests walk it. */
export type Manifest = { readonly apiVersion: string; readonly kind: string; readonly [key: string]: unknown };

export function parseManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

export function readManifests(parts: Parts, file: string): readonly Manifest[] {
  return parseManifests(readText(parts, file));
}

export function readText(parts: Parts, file: string): string {
  const found = emitManifests(parts).find(({ path }) => path === `terraform/kubernetes/${file}`);
  if (found === undefined) throw new Error(`${file} is not emitted`);
  return found.text;
}

/** The value at a path of keys and indexes; undefined where a part of it is missing. */
export function at(value: unknown, ...keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}

/** A pod's spec, wherever a workload keeps it. */
export function podOf(manifest: Manifest | undefined): unknown {
  return (
    at(manifest, 'spec', 'jobTemplate', 'spec', 'template', 'spec') ??
    at(manifest, 'spec', 'template', 'spec') ??
    at(manifest, 'spec')
  );
}

export function proxyOf(manifest: Manifest | undefined): unknown {
  const containers = (at(podOf(manifest), 'initContainers') ?? []) as readonly unknown[];
  return containers.find((container) => at(container, 'name') === 'cloudsql-auth-proxy');
}
