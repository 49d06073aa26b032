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

/** Why a change has its impact: the rule that says so. */
export interface Because {
  /** Stable, e.g. `cloudsql/tier-restarts`. */
  readonly id: string;
  readonly reason: string;
  /** The data that is gone afterwards; null where none is. */
  readonly loss: string | null;
  /** Where it can be looked up, in words: a provider's versions, file and attribute, or a page of documentation. */
  readonly source: string;
  /** The same as data where a provider's source says it. */
  readonly provider: ProviderFact | null;
}

/** What the source of a Terraform provider says. */
export interface ProviderFact {
  /** e.g. `hashicorp/google`. */
  readonly name: string;
  /** The versions it holds for, e.g. `>= 6.50, < 7.44.0`. */
  readonly versions: string;
  /** The version whose source was read. */
  readonly readAt: string;
  /** In the provider's repository, e.g. `resource_sql_database_instance.go`. */
  readonly file: string;
  /** What that file says, e.g. `region: ForceNew`. */
  readonly attribute: string;
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
  return compareBadness(a, b) || compareText(a.resource, b.resource) || compareText(a.field ?? '', b.field ?? '');
}

/** The worse first: by impact, of the same impact what loses data. What replaces data destroys it. */
export function compareBadness(a: Pick<Change, 'impact' | 'rule'>, b: Pick<Change, 'impact' | 'rule'>): number {
  return rankOf(a) - rankOf(b) || Number(b.rule.loss !== null) - Number(a.rule.loss !== null);
}

function rankOf({ impact, rule }: Pick<Change, 'impact' | 'rule'>): number {
  return impacts.indexOf(impact === 'replace' && rule.loss !== null ? 'destroy' : impact);
}

/** By code units: the same on every machine, whatever its locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
