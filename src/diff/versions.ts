/** A provider's version: major, minor, patch. */
export type Version = readonly [major: number, minor: number, patch: number];

/** From a version on, up to but without another; null is no end. */
export interface VersionRange {
  readonly from: Version;
  readonly to: Version | null;
}

const all: VersionRange = { from: [0, 0, 0], to: null };

/**
 * The versions that a constraint lets in, e.g. `>= 6.50, < 8.0`; null where it is none, or lets nothing in. A `!=` is
 * passed over: what it leaves out makes nothing worse. Source: Terraform's documentation, "Version Constraints".
 */
export function readVersions(constraint: string): VersionRange | null {
  let range: VersionRange | null = all;
  for (const part of constraint.split(',')) {
    const allowed = readComparison(part.trim());
    range = allowed === null || range === null ? null : intersectVersions(range, allowed);
  }
  return range;
}

export function intersectVersions(a: VersionRange, b: VersionRange): VersionRange | null {
  const from = compareVersions(a.from, b.from) < 0 ? b.from : a.from;
  const to = a.to === null ? b.to : b.to === null || compareVersions(a.to, b.to) < 0 ? a.to : b.to;
  return to !== null && compareVersions(from, to) >= 0 ? null : { from, to };
}

/** Whether every version of the one is in the other. */
export function isWithin(inner: VersionRange, outer: VersionRange): boolean {
  const shared = intersectVersions(inner, outer);
  return shared !== null && sameEnd(shared.to, inner.to) && compareVersions(shared.from, inner.from) === 0;
}

export function includesVersion({ from, to }: VersionRange, version: Version): boolean {
  return compareVersions(from, version) <= 0 && (to === null || compareVersions(version, to) < 0);
}

/** As a constraint, e.g. `>= 6.50.0, < 7.44.0`. */
export function showVersions({ from, to }: VersionRange): string {
  return to === null ? `>= ${from.join('.')}` : `>= ${from.join('.')}, < ${to.join('.')}`;
}

function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function sameEnd(a: Version | null, b: Version | null): boolean {
  return a === null || b === null ? a === b : compareVersions(a, b) === 0;
}

function readComparison(text: string): VersionRange | null {
  const [, operator = '', number = ''] = /^(=|!=|>=|<=|>|<|~>)?\s*v?(\d[\w.+-]*)$/.exec(text) ?? [];
  const parts = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$/.exec(number)?.slice(1);
  if (parts === undefined) return null;
  const [major = 0, minor = 0, patch = 0] = parts.map((part) => Number(part ?? 0));
  const version: Version = [major, minor, patch];
  const next: Version = [major, minor, patch + 1];
  switch (operator) {
    case '!=':
      return all;
    case '>=':
      return { from: version, to: null };
    case '>':
      return { from: next, to: null };
    case '<':
      return { from: all.from, to: version };
    case '<=':
      return { from: all.from, to: next };
    case '~>':
      return { from: version, to: endOfPessimistic(version, parts) };
    default:
      return { from: version, to: next };
  }
}

/** `~> 7.1` ends before 8, `~> 7.1.2` before 7.2, `~> 7` nowhere: only the last part given may rise. */
function endOfPessimistic([major, minor]: Version, parts: readonly (string | undefined)[]): Version | null {
  if (parts[2] !== undefined) return [major, minor + 1, 0];
  return parts[1] === undefined ? null : [major + 1, 0, 0];
}
