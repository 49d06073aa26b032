import { schema } from '../spec/schema.ts';

const release = schema.properties?.['databases']?.properties?.['pgstac']?.properties?.['pgstac'];

/** The pgSTAC release of a spec that names none. */
export const defaultPgstac = String(release?.default);

/** Those that a spec can name, the default first. */
export function listPgstacReleases(): readonly string[] {
  const others = (release?.enum ?? []).map(String).filter((name) => name !== defaultPgstac);
  return [defaultPgstac, ...others];
}
