/**
 * Where a schema lies in the cache and in a folder that is given: `https://example.org/a/b.json` in `example.org/a/b.json`,
 * so that the one can be copied to serve as the other. Null where the address is none that is fetched. Only `https:`:
 * the items name the addresses, and what answers `http:` inside a network was not made for them.
 */
export function findSchemaFile(url: string): string | null {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol !== 'https:' || parsed.username !== '' || parsed.password !== '') return null;
  const query = parsed.search === '' ? '' : encodeURIComponent(parsed.search);
  return `${parsed.host.replace(':', '%3A')}${parsed.pathname.replace(/\/$/, '/index.json')}${query}`;
}

/** An address without its fragment: `…/schema.json#` is the same schema. */
export function nameSchema(url: string): string {
  const bare = url.replace(/#.*$/s, '');
  return URL.canParse(bare) ? new URL(bare).href : bare;
}
