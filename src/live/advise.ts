import type { Change } from '../diff/change.ts';
import { nameChange } from '../diff/report.ts';
import type { Ways } from '../diff/ways.ts';
import type { Platform } from '../model/platform.ts';

/** Who moved since the last compile that was committed, by the names of what differs. */
export interface Moves {
  /** What the instance has otherwise than the lock: somebody's hand, or no apply since. */
  readonly ofInstance: ReadonlySet<string>;
  /** What the spec has otherwise than the lock. */
  readonly ofSpec: ReadonlySet<string>;
}

/**
 * Says of a difference who should change, and what an apply does. The spec is what was reviewed, so the instance should,
 * unless an apply would not do it, or would lose what runs: then the spec takes its word. `moves` is null without a lock.
 */
export function adviseWays(change: Change, spec: Platform, moves: Moves | null): Omit<Ways, 'keep'> {
  const apply = describeApply(change);
  const { impact, rule, resource } = change;
  if (rule.id.startsWith('live/unknown-'))
    return { should: 'instance', because: 'no spec asked for it', apply: `${apply} ${explainRemoval(resource, spec)}` };
  if (impact === 'refused' || impact === 'replace' || impact === 'destroy' || rule.loss !== null)
    return { should: 'spec', because: 'an apply cannot do it, or loses what runs', apply };
  if (impact === 'none') return { should: 'spec', because: 'an apply leaves the instance as it is', apply };
  return { should: 'instance', because: explainMove(nameChange(resource, change.field), moves), apply };
}

function explainMove(name: string, moves: Moves | null): string {
  if (moves === null) return 'the spec is what was reviewed';
  const [hand, spec] = [moves.ofInstance.has(name), moves.ofSpec.has(name)];
  if (spec && !hand) return 'the spec has changed since the committed lock, and was not applied';
  if (hand && !spec) return 'it differs from the committed lock: changed by hand, or never applied';
  return hand ? 'both differ from the committed lock' : 'the spec is what was reviewed';
}

function describeApply({ impact, field, before, after, rule }: Change): string {
  switch (impact) {
    case 'none':
      return 'terraform apply does nothing.';
    case 'refused':
      return 'terraform apply fails, or plans what is refused.';
    case 'create':
      return 'terraform apply makes it.';
    case 'destroy':
      return 'terraform apply removes it.';
    case 'replace':
      return `terraform apply makes it anew${rule.loss === null ? '' : ', empty'}.`;
    case 'restart':
    case 'update': {
      const how = impact === 'restart' ? ', with a restart' : '';
      if (after === null || isEmptyList(after)) return `terraform apply takes ${field} away${how}.`;
      const value = typeof after === 'object' ? '' : ` to ${after}`;
      return `terraform apply ${before === null ? 'adds' : 'sets'} ${field}${value}${how}.`;
    }
    default:
      return impact satisfies never;
  }
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** How what nobody asked for goes: Terraform cannot take away what it does not know. */
function explainRemoval(resource: string, { gcp, hosting }: Platform): string {
  const [kind = '', name = ''] = resource.split(' ');
  const of = hosting.kind === 'cloudSql' && kind !== 'cloudSql.replica' ? ` --instance=${hosting.instance}` : '';
  const things: Readonly<Record<string, string>> = { login: 'users', database: 'databases' };
  const lost = kind === 'database' ? ', with what is in it' : '';
  return `To take it away${lost}: gcloud sql ${things[kind] ?? 'instances'} delete ${name}${of} --project=${gcp.project}`;
}
