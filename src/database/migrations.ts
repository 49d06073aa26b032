/** One step of pgSTAC's own from a release to a later one: `pypgstac/migrations/pgstac.FROM-TO.sql` in the wheel. */
export interface Migration {
  readonly from: string;
  readonly to: string;
  readonly sha256: string;
}

/**
 * Each by its own hash, and not only by its wheel's: the bytes come as often from an installed pypgstac, where there is
 * no wheel to hash, and the way from one release to another is known before anything is fetched. A wheel holds all that
 * lead to its own release, and the same bytes as the wheels before it. Nobody is still on a pgSTAC before 0.8 (2023).
 */
const migrations: readonly Migration[] = [
  ['0.8.0', '0.8.1', '355f059ceb967b465640ecea7f79c94af5b149462401ef2540df44b6cbfa5b10'],
  ['0.8.1', '0.8.2', 'd3b2a8dacd25a4043ccd01ea2a215b606212bfe109ab066873971d448831223a'],
  ['0.8.2', '0.8.3', '64d0768ad757aac9eda012a732ba826cef4ecd9b1a2abcb42c3de745b3b668f0'],
  ['0.8.3', '0.8.4', 'df8b182f9b8bd26fa5b83ba86747604534ad97fdde9dda17d9d824b9ab02d9a3'],
  ['0.8.4', '0.8.5', '6313543e7cb01bdc0baff03bfe5142a891d511fb7610a10b7726a2212896c32d'],
  ['0.8.5', '0.9.0', '2da057fdd1007cafb46ffc04bb4ce726087c7263e1353e93c6b4dc42d66f5a15'],
  ['0.8.6', '0.9.0', '2da057fdd1007cafb46ffc04bb4ce726087c7263e1353e93c6b4dc42d66f5a15'],
  ['0.8.6', '0.9.10', 'bab0ad11b83201e3d10c59a77222ae4fc81a745a0b5cdebe59b0af77f3520b59'],
  ['0.9.0', '0.9.1', 'fe00df01843cb9d292f8dfbcde574992ccb5468db9d0a03dc3bcad1dac0c9cef'],
  ['0.9.1', '0.9.2', '6ebd2a3614765ca241ab069dd79c0e835bc98299c2a5d19f2c3e4171522b3fa2'],
  ['0.9.2', '0.9.3', 'cf375a48906285883042c5f267fd8a13683980e4abd2dba8a0404372a71190cd'],
  ['0.9.3', '0.9.4', '16879f2187f173944bfe3bd9652ac92d2d3365c6a641a13511a9ae55e132e7a2'],
  ['0.9.4', '0.9.5', '38d34eaf1cdffd1c0001bf5bbab42c6a539cca19961a1e92d1734e3321387a9c'],
  ['0.9.5', '0.9.6', 'e796d33c28677970767d2d718808b5a5cba660de96b645303c3817357b886b66'],
  ['0.9.6', '0.9.7', 'dd4d115664dcd3ca6b11086e20b012fbb4935fb65276f9b15b882131b69f3872'],
  ['0.9.7', '0.9.8', 'e43c8903835c03e2ba463f2ea9ce2f09279b19ea13bc764602668577a51c1ca7'],
  ['0.9.8', '0.9.9', '31fa9534ba2b048725f6f3b8f628a19b9cb308c63bb5a76e900929e8ca7f335e'],
  ['0.9.9', '0.9.10', 'faf9af6cc8a1926b7cb0d0e29fce3cb752cd530229260a7a4888a22fd1d85237'],
  ['0.9.10', '0.9.11', 'cd59c401eb1a866eba164dd53263fdabaa9e306d86abb1051fe09bfbbe09f4b9'],
  ['0.9.11', '0.9.12', '7cf95a462adb652755826e43b7921bde83f81321b252b11a2a83803642fc7322'],
  ['0.9.12', '0.10.0', '00a9d568a6fc80006c32b380d2ad6ca278a8a12a898aa16f8114bf7188edaee3'],
].map(([from = '', to = '', sha256 = '']) => ({ from, to, sha256 }));

/** Whether migrations start at a release; one that this program loads into need not be the oldest. */
export function startsMigration(version: string): boolean {
  return migrations.some(({ from }) => from === version);
}

/** The shortest way from one release to another, as `pypgstac migrate` takes it; null where none leads there. */
export function findMigrationPath(from: string, to: string): readonly Migration[] | null {
  const reached = new Map<string, readonly Migration[]>([[from, []]]);
  for (const [version, path] of reached) {
    if (version === to) return path;
    for (const step of migrations)
      if (step.from === version && !reached.has(step.to)) reached.set(step.to, [...path, step]);
  }
  return null;
}
