import type { Platform, Pooler, Workload } from '../model/platform.ts';
import type { Cause } from './causes.ts';
import { formatPath } from './spec-path.ts';

/** How a text that the spec does not have was made of what it has. */
export interface Derivation {
  readonly rule: string;
  /** Where it can be looked up, in words. */
  readonly source: string;
}

interface DerivationRule extends Derivation {
  /** Places it starts from: a cause there or below. `environment` is the environment's own name. */
  readonly from: readonly string[];
  /** What it makes, as it stands in a line; null where it decides whether the line is there. */
  readonly makes: ((platform: Platform) => readonly string[]) | null;
}

const rules: readonly DerivationRule[] = [
  {
    rule: 'What an environment makes on Google Cloud is named by the platform and the environment: NAME-ENVIRONMENT.',
    source: 'platform: two environments of one project never share a name',
    from: ['name', 'environment'],
    makes: ({ prefix, name }) => (prefix === name ? [] : [prefix]),
  },
  {
    rule: 'The memory of a tier sets how many connections PostgreSQL takes, unless flags.max_connections says it.',
    source: "Cloud SQL for PostgreSQL's documentation, 'Configure database flags', max_connections",
    from: ['hosting.cloudSql.tier', 'hosting.cloudSql.edition', 'hosting.cloudSql.flags'],
    makes: ({ hosting }) => (hosting.kind === 'cloudSql' ? [String(hosting.alerts.maxConnections)] : []),
  },
  {
    rule: "A workload's Google service account is PREFIX-WORKLOAD, the pooler's PREFIX-pooler; an id of more than 30 characters is cut and ends in a hash of the whole.",
    source: "Google Cloud's IAM documentation, 'Create service accounts'",
    from: ['name', 'environment', 'gcp.project', 'access.workloads', 'metaflow.workload', 'kubernetes.pooler'],
    makes: (platform) => listAccounts(platform).map(({ google }) => google.accountId),
  },
  {
    rule: 'The PostgreSQL login of a Google service account is its email without .gserviceaccount.com.',
    source: "Cloud SQL's documentation, 'IAM authentication'",
    from: [
      'name',
      'environment',
      'gcp.project',
      'access.workloads',
      'metaflow.workload',
      'kubernetes.pooler',
      'hosting.cloudSql',
    ],
    makes: (platform) =>
      listAccounts(platform).flatMap(({ databaseUser }) =>
        databaseUser === null ? [] : [databaseUser, encodeURIComponent(databaseUser)],
      ),
  },
  {
    rule: "A person's address is a key of Terraform with - for whatever is no letter or digit.",
    source: 'platform: keys of for_each and names of files',
    from: ['access.people'],
    makes: ({ people }) => people.map(({ key }) => key),
  },
  {
    rule: 'From Kubernetes 1.36 on a MutatingAdmissionPolicy gives each task the Auth Proxy; before, an operator does.',
    source: "Kubernetes' documentation, 'Mutating Admission Policy'",
    from: ['kubernetes.version'],
    makes: null,
  },
];

function listAccounts({ workloads, kubernetes }: Platform): readonly (Workload | Pooler)[] {
  return [...workloads, ...(kubernetes?.pooler == null ? [] : [kubernetes.pooler])];
}

/** What was derived on the way from the causes of a line to its text. */
export function findDerivations(platform: Platform, text: string, causes: readonly Cause[]): readonly Derivation[] {
  const starts = causes.map(({ path, kind, effect }) => ({
    at: kind === 'environment' ? 'environment' : formatPath(path),
    effect,
  }));
  return rules
    .filter(({ from, makes }) => {
      const own = starts.filter(({ at }) =>
        from.some((start) => at === start || at.startsWith(`${start}.`) || at.startsWith(`${start}[`)),
      );
      if (makes === null) return own.some(({ effect }) => effect === 'presence');
      return own.some(({ effect }) => effect === 'text') && makes(platform).some((made) => contains(text, made));
    })
    .map(({ rule, source }) => ({ rule, source }));
}

/** Whether it stands there for itself, not inside a longer number or word. */
function contains(text: string, made: string): boolean {
  for (let at = text.indexOf(made); at >= 0; at = text.indexOf(made, at + 1))
    if (!/\w/.test(text.charAt(at - 1)) && !/\w/.test(text.charAt(at + made.length))) return true;
  return false;
}
