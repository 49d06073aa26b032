/** What a change does to the running platform, from the worst to nothing at all. */
export const impacts = ['refused', 'destroy', 'replace', 'restart', 'update', 'create', 'none'] as const;

/**
 * - `refused`: Google's API, PostgreSQL or the platform itself will not do it, though a plan may say it can
 * - `destroy`, `replace`: what runs is removed, or removed and made anew
 * - `restart`: what runs stops and comes back
 * - `update`: changed in place, while it runs
 * - `create`: made new beside what runs
 * - `none`: no running thing changes
 */
export type Impact = (typeof impacts)[number];

/** Why a change has its impact. */
export interface Because {
  readonly reason: string;
  /** The data that is gone afterwards; null where none is. */
  readonly loss: string | null;
  /** Where it can be looked up: a provider's version, file and attribute, or a page of documentation. */
  readonly source: string;
}

/** One difference between what a platform was and what it will be. */
export interface Change {
  readonly environment: string;
  /** A name that a person and a script can hold on to, e.g. `cloudSql.instance`, `database pgstac`, `person user:ana@example.org`. */
  readonly resource: string;
  /** A path in the resource, e.g. `disk.sizeGb`; null is the resource as a whole, made or removed. */
  readonly field: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly impact: Impact;
  readonly rule: Because;
}

/** The worst first, of equally bad ones those that lose data, then by resource and field. */
export function compareChanges(a: Change, b: Change): number {
  return (
    impacts.indexOf(a.impact) - impacts.indexOf(b.impact) ||
    Number(b.rule.loss !== null) - Number(a.rule.loss !== null) ||
    compareText(a.resource, b.resource) ||
    compareText(a.field ?? '', b.field ?? '')
  );
}

/** By code units: the same on every machine, whatever its locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
