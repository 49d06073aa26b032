import type { Alerts } from './hosting.ts';

/** What an alert may be given: its threshold, true for its default, or false for no such alert. */
type Threshold = number | boolean | undefined;

interface AlertsSpec {
  readonly cpu?: Threshold;
  readonly memory?: Threshold;
  readonly disk?: Threshold;
  readonly connections?: Threshold;
  readonly down?: boolean | undefined;
  readonly backups?: boolean | undefined;
  readonly notify?: readonly string[] | undefined;
}

/** Shares of 1, and seconds: the schema's defaults. */
export const defaultThresholds = {
  cpu: 0.8,
  memory: 0.9,
  disk: 0.85,
  connections: 0.8,
  replicationLag: 60,
  transactionIds: 0.5,
} as const;

/** The threshold of an alert; null where there is no such alert. */
export function readThreshold(key: keyof typeof defaultThresholds, written: Threshold): number | null {
  if (written === false) return null;
  return typeof written === 'number' ? written : defaultThresholds[key];
}

/** The alerts that both kinds of hosting have. */
export function resolveAlerts(spec: AlertsSpec = {}): Alerts {
  const told = [...(spec.notify ?? [])].sort();
  return {
    cpu: readThreshold('cpu', spec.cpu),
    memory: readThreshold('memory', spec.memory),
    disk: readThreshold('disk', spec.disk),
    connections: readThreshold('connections', spec.connections),
    down: spec.down ?? true,
    backups: spec.backups ?? true,
    notify: told.filter((one) => !isEmail(one)),
    emails: told.filter(isEmail),
  };
}

/** Of what `notify` lists, the rest is names of channels, which have no @. */
function isEmail(told: string): boolean {
  return told.includes('@');
}

/** What can be watched without an agent on the machine. */
export function keepAgentless(alerts: Alerts): Alerts {
  return { ...alerts, memory: null, disk: null, connections: null, down: false, backups: false };
}
