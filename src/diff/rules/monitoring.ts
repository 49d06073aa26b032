import type { Rule } from './rule.ts';
import { google } from './sources.ts';

const policy = 'resource_monitoring_alert_policy.go';

/** Alert policies, the channels of e-mail addresses and the dashboard: of either hosting, and none of them holds data. */
export const monitoringRules: readonly Rule[] = (
  [
    ['cloudsql', 'cloudSql.alerts', 'the instance'],
    ['machine', 'virtualMachines.alerts', 'the machines'],
  ] as const
).flatMap(([part, resource, watched]): readonly Rule[] => [
  {
    id: `${part}/alerts-removed`,
    resource,
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: `The alert policies and the dashboard are deleted with ${watched} they watch.`,
    source: google(policy, 'Delete'),
  },
  {
    id: `${part}/dashboard`,
    resource,
    field: 'dashboard',
    impact: 'update',
    reason: 'The dashboard is made or deleted; what was changed in it by hand is gone.',
    source: google('resource_monitoring_dashboard.go', 'Create, Delete'),
  },
  {
    id: `${part}/alert-emails`,
    resource,
    field: 'emails',
    impact: 'update',
    reason: 'A channel is made for an address that is new; the policies let go of one that left, and it is deleted.',
    source: google('resource_monitoring_notification_channel.go', 'Create, Delete; force_delete: false'),
  },
  {
    id: `${part}/alerts`,
    resource,
    field: '*',
    impact: 'update',
    reason: 'The alert policies change in place; one that is turned off is deleted, with its incidents.',
    source: google(policy, 'no ForceNew but project'),
  },
]);
