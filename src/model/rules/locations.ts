import type { Finding, RuleInput } from './rule.ts';

/** Schemes that each place can be read from, or written to, besides a path. */
const readable = {
  source: ['http', 'https', 'gs'],
  download: ['gs'],
  pgstac: ['https'],
};

const sourceHint = 'write a path beside the spec, or an http(s) or gs URL';

/**
 * URLs of a kind that the runner cannot open: it would take them for a path. Source: the runner itself, src/ingest/ and
 * src/database/release-source.ts.
 */
export function checkLocations({ value }: RuleInput): readonly Finding[] {
  const findings: Finding[] = [];
  const look = (at: Finding['at'], location: string | undefined, kinds: readonly string[], hint: string): void => {
    const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location ?? '')?.[1]?.toLowerCase();
    if (scheme === undefined || kinds.includes(scheme)) return;
    findings.push({ code: 'PF222', at, message: `nothing here can open a ${scheme}:// location`, hint });
  };
  for (const [name, { source, collections, download }] of Object.entries(value.pipelines ?? {})) {
    const at = ['pipelines', name];
    const lookAll = (place: readonly string[], locations: readonly string[] = []): void => {
      for (const [index, location] of locations.entries())
        look([...at, ...place, index], location, readable.source, sourceHint);
    };
    look([...at, 'source', 'catalog'], source.catalog, readable.source, sourceHint);
    lookAll(['source', 'files'], source.files);
    lookAll(['collections'], collections);
    look([...at, 'download', 'to'], download?.to, readable.download, 'write gs://BUCKET/PREFIX, or a local folder');
  }
  const pgstac = value.databases?.pgstac?.source?.location;
  const hint = 'write a path beside the spec, or an https URL';
  look(['databases', 'pgstac', 'source', 'location'], pgstac, readable.pgstac, hint);
  return findings;
}
