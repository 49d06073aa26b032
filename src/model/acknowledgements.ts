/** Whether a text of the form YYYY-MM-DD is a day of the calendar: 2026-02-30 is none. */
export function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/**
 * What `diff` calls the parts of a platform; those with a name are of one of several. A test holds that `diff` names no
 * other.
 */
export const resourceKinds: readonly { readonly kind: string; readonly named: boolean }[] = [
  ...['platform', 'bastion', 'kubernetes', 'metaflow'].map((kind) => ({ kind, named: false })),
  ...[
    'cloudSql.instance',
    'cloudSql.alerts',
    'cloudSql.initAccount',
    'virtualMachines.firewall',
    'virtualMachines.alerts',
  ].map((kind) => ({
    kind,
    named: false,
  })),
  ...['cloudSql.replica', 'virtualMachine', 'database', 'workload', 'person', 'pipeline', 'environment'].map(
    (kind) => ({ kind, named: true }),
  ),
];
