import type { StacApiSource } from '../../../model/platform.ts';
import { IngestionFailure } from '../../failure.ts';
import { describeUrl } from '../link.ts';
import type { Landing } from './landing.ts';

/** A class that a search needs, however an API writes its version. */
interface NeededClass {
  /** The key of the spec that asks for it. */
  readonly key: 'query' | 'filter' | 'sortby' | null;
  readonly name: string;
  readonly pattern: RegExp;
}

const itemSearch = 'https://api.stacspec.org/v1.0.0/item-search';

/** APIs wrote them in many ways before 1.0.0: other hosts, release candidates, and `#filter:basic-cql`. */
const classes = {
  search: { key: null, name: itemSearch, pattern: /stacspec\.org\/.*item-search$/ },
  query: { key: 'query', name: `${itemSearch}#query`, pattern: /stacspec\.org\/.*item-search#query\b/ },
  filter: { key: 'filter', name: `${itemSearch}#filter`, pattern: /stacspec\.org\/.*item-search#filter\b/ },
  sort: { key: 'sortby', name: `${itemSearch}#sort`, pattern: /stacspec\.org\/.*item-search#sort\b/ },
} as const satisfies Record<string, NeededClass>;

const cql2Json = 'http://www.opengis.net/spec/cql2/1.0/conf/cql2-json';
const isCql2 = /\/cql2-(json|text)$/;
const isCql2Json = /\/cql2-json$/;

/**
 * Refuses (exit 4) a search that the API does not say it can do: one that passes over `query` or `filter` would give
 * items that nobody asked for. An API that names no class at all says nothing either way; then `warn` is told.
 */
export function checkConformance(
  url: string,
  landing: Landing,
  source: StacApiSource,
  warn: (text: string) => void,
): void {
  const { conformsTo, search } = landing;
  const needed = [
    ...(source.query === null ? [] : [classes.query]),
    ...(source.filter === null ? [] : [classes.filter]),
    ...(source.sortby === null ? [] : [classes.sort]),
  ];
  if (conformsTo.length === 0) {
    const asked = needed.map(({ key }) => key).join(', ');
    if (asked !== '')
      warn(`${describeUrl(url)} does not say what it conforms to: whether it heeds ${asked} is not known`);
    return;
  }
  // Whoever links to a search has one, whatever else it forgot.
  if (search === null && !has(conformsTo, classes.search))
    throw new IngestionFailure('refused', `${describeUrl(url)} has no item search: it lacks ${itemSearch}`, {
      hint: 'a static catalog is read with source.catalog',
    });
  const missing = needed.find((one) => !has(conformsTo, one));
  if (missing !== undefined) throw refuse(url, missing.key, missing.name);
  const languages = conformsTo.filter((one) => isCql2.test(one));
  if (source.filter !== null && languages.length > 0 && !speaksCql2Json(landing)) throw refuse(url, 'filter', cql2Json);
}

/** Whether `filter-lang=cql2-json` may be asked for in a URL, where CQL2 text is the default. */
export function speaksCql2Json({ conformsTo }: Landing): boolean {
  return conformsTo.some((one) => isCql2Json.test(one));
}

function has(conformsTo: readonly string[], { pattern }: NeededClass): boolean {
  return conformsTo.some((one) => pattern.test(one));
}

function refuse(url: string, key: string, name: string): IngestionFailure {
  return new IngestionFailure('refused', `${describeUrl(url)} does not support ${key}: it lacks ${name}`, {
    hint: `leave source.stacApi.${key} out, or ask whoever runs the API to declare the class`,
  });
}
