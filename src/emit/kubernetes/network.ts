import { databasePort } from '../../model/dsn.ts';
import { isWebUrl } from '../../model/names.ts';
import type { Kubernetes, Pipeline, Platform, Source } from '../../model/platform.ts';
import { chooseWay } from '../../model/proxy-way.ts';
import { yamlValue } from '../../print/yaml.ts';
import { renderTemplate } from '../render.ts';
import { listNamespaces, markEnds } from './names.ts';

/** What the platform's own pods may reach, and that nothing reaches them; one policy for each namespace. */
export function renderNetworkPolicies(platform: Platform, kubernetes: Kubernetes): string {
  const { pooler } = kubernetes;
  const same = {
    databaseRanges: viewRanges(platform, kubernetes),
    databasePort: yamlValue(databasePort(platform)),
    anywherePorts: listPorts(platform).map((port) => ({ port: yamlValue(port) })),
    poolerNamespace: pooler === null ? null : yamlValue(pooler.namespace),
  };
  const policies = listNamespaces(platform, kubernetes).map((namespace) => ({
    ...same,
    namespace: yamlValue(namespace),
  }));
  return renderTemplate('kubernetes/network-policy', 'yaml', { policies: markEnds(policies) });
}

/** Where the databases are: the given ranges, or anywhere where the proxy goes to a public address. */
export function viewRanges(platform: Platform, { injection, databaseRanges }: Kubernetes) {
  const anywhere = chooseWay(platform) === 'public' && injection !== 'none';
  const ranges = anywhere ? ['0.0.0.0/0'] : [...databaseRanges].sort();
  return ranges.map((cidr) => ({ cidr: yamlValue(cidr) }));
}

/** 443, and other ports that the spec's own URLs name. */
function listPorts({ metaflow, pipelines }: Platform): readonly number[] {
  const urls = new Set([metaflow?.service ?? null, ...pipelines.flatMap(urlsOf)]);
  return [...new Set([443, ...[...urls].flatMap(portsOf)])].sort((a, b) => a - b);
}

function urlsOf({ source, collections }: Pipeline): readonly string[] {
  return [...collections, ...listSourceUrls(source)];
}

function listSourceUrls(source: Source): readonly string[] {
  switch (source.kind) {
    case 'stacApi':
      return [source.url];
    case 'catalog':
      return [source.location];
    case 'files':
      return source.files;
    default:
      return source satisfies never;
  }
}

function portsOf(location: string | null): readonly number[] {
  if (location === null || !isWebUrl(location) || !URL.canParse(location)) return [];
  const { port, protocol } = new URL(location);
  return [port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)];
}
