import { readMaxConnections } from './connections.ts';
import type { Finding, RuleInput } from './rule.ts';

/** Thresholds at which an alert never says anything, or always, and channels that the policies cannot use. */
export function checkAlerts({ value }: RuleInput): readonly Finding[] {
  const { cloudSql, virtualMachines } = value.hosting;
  const { project } = value.gcp;
  return [
    ...(cloudSql?.alerts === undefined
      ? []
      : [
          ...checkShared(cloudSql.alerts, project, ['hosting', 'cloudSql', 'alerts']),
          ...checkFew(cloudSql.alerts.connections, readMaxConnections(cloudSql)),
        ]),
    ...checkShared(virtualMachines?.alerts ?? {}, project, ['hosting', 'virtualMachines', 'alerts']),
    ...(virtualMachines?.opsAgent === false ? checkAgentless(virtualMachines) : []),
  ];
}

function checkShared(alerts: Shares, project: string, at: readonly string[]): readonly Finding[] {
  return [...checkFull(alerts, at), ...checkChannels(alerts.notify ?? [], project, at)];
}

interface Shares {
  readonly memory?: number | boolean;
  readonly disk?: number | boolean;
  readonly connections?: number | boolean;
  readonly transactionIds?: number | boolean;
  readonly notify?: readonly string[];
}

/**
 * Thresholds are compared with 'greater than', to shares that end at 1: at 1 they never fire. A CPU share may pass 1, and
 * is left alone. Source: Google Cloud Monitoring, 'Google Cloud metrics' (cloudsql).
 */
function checkFull(alerts: Shares, at: readonly string[]): readonly Finding[] {
  return (['memory', 'disk', 'connections', 'transactionIds'] as const)
    .filter((key) => alerts[key] === 1)
    .map((key) => ({
      code: 'PF224',
      severity: 'warning',
      at: [...at, key],
      message: `${key} never goes above 1, so nobody is ever told`,
      hint: 'write a share below 1, e.g. 0.9',
    }));
}

/** The API's own and Google's agents' connections are always there: a threshold below one connection always fires. */
function checkFew(share: number | boolean | undefined, most: number | null): readonly Finding[] {
  if (typeof share !== 'number' || most === null || share * most >= 1) return [];
  const message = `${share} of ${most} connections is less than one, so this always fires`;
  const at = ['hosting', 'cloudSql', 'alerts', 'connections'];
  return [{ code: 'PF224', severity: 'warning', at, message, hint: 'write a share like 0.8' }];
}

/**
 * A policy finds the channels of its own project only, and is made in the platform's. Source: terraform-provider-google
 * #25878 ("Notification channel not found"); Cloud Monitoring, 'Create and manage notification channels'.
 */
function checkChannels(notify: readonly string[], project: string, at: readonly string[]): readonly Finding[] {
  return notify.flatMap((told, index): readonly Finding[] => {
    const owner = /^projects\/([^/]+)\//.exec(told)?.[1] ?? project;
    if (owner === project) return [];
    const message = `a channel of ${owner} cannot be told by the alerts of ${project}`;
    const hint = `name a channel of ${project}, or write the e-mail address itself`;
    return [{ code: 'PF254', at: [...at, 'notify', index], message, hint }];
  });
}

type Machines = NonNullable<RuleInput['value']['hosting']['virtualMachines']>;

/**
 * Alerts and a dashboard that are asked for where nothing measures what they are about: from outside a machine only its
 * CPU is seen. Source: Cloud Monitoring, 'Ops Agent metrics'.
 */
function checkAgentless({ alerts = {}, dashboard }: Machines): readonly Finding[] {
  const asked = (['memory', 'disk', 'connections', 'down', 'backups'] as const).filter(
    (key) => alerts[key] !== undefined && alerts[key] !== false,
  );
  const warn = (...path: readonly string[]): Finding => ({
    code: 'PF255',
    severity: 'warning',
    at: ['hosting', 'virtualMachines', ...path],
    message: `${path.at(-1)} is measured by the Ops Agent, and opsAgent is false`,
    hint: `leave ${path.at(-1)} out, or set opsAgent: true`,
  });
  return [...asked.map((key) => warn('alerts', key)), ...(dashboard === true ? [warn('dashboard')] : [])];
}
