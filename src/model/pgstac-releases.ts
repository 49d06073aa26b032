/** The pgSTAC releases this compiler knows: the name of the spec, and the sha256 of `pgstac.<version>.sql` in the wheel. */
const pgstacReleases: Readonly<Record<string, { readonly sha256: string }>> = {
  '0.9.11': { sha256: '4b54796965449714a343f523b7bd9e6d782b386f4d4f67a3a4724f164bca92d4' },
  '0.9.12': { sha256: '781d5d2936e599d01c239ac8e65f39798e48ba5cd36b7009d4cdc031e9a9bf8a' },
  '0.10.0': { sha256: 'c21fdac667c29b05ee02a79a5097658e2290f055e0df4d9a7859a043d15efb21' },
};

/** The sha256 of a release's SQL. Throws on one that the schema does not let through. */
export function pgstacSha256(version: string): string {
  const release = pgstacReleases[version];
  if (release === undefined) throw new RangeError(`no pgSTAC release ${version}`);
  return release.sha256;
}
