import type { Answers } from './answers.ts';
import { readSeconds, readText } from './values.ts';

/** How the instance is, beside how it is set. Times are ISO 8601, UTC. */
export interface Condition {
  /** Google's word, e.g. `RUNNABLE`, `SUSPENDED`, `FAILED`. */
  readonly state: string;
  /** Google's words for why it is suspended. */
  readonly suspendedFor: readonly string[];
  /** When the newest backup that succeeded ended; null: there is none. */
  readonly lastBackup: string | null;
  /** Maintenance that Google has announced; null: none. */
  readonly maintenance: { readonly start: string; readonly latest: string | null } | null;
  /** What Google maintains it to, and what it could be maintained to now. */
  readonly maintenanceVersion: string | null;
  readonly newerMaintenanceVersions: readonly string[];
  /** What PostgreSQL is installed, e.g. `POSTGRES_15_7`. */
  readonly installedVersion: string | null;
}

export function readCondition({ instance, backup }: Pick<Answers, 'instance' | 'backup'>): Condition {
  const { scheduledMaintenance: scheduled } = instance;
  const start = toIso(scheduled?.startTime);
  return {
    state: String(instance.state ?? 'unknown'),
    suspendedFor: (instance.suspensionReason ?? []).map(String),
    lastBackup: toIso(backup?.endTime),
    maintenance: start === null ? null : { start, latest: toIso(scheduled?.scheduleDeadlineTime) },
    maintenanceVersion: readText(instance.maintenanceVersion),
    newerMaintenanceVersions: instance.availableMaintenanceVersions ?? [],
    installedVersion: readText(instance.databaseInstalledVersion),
  };
}

function toIso(time: { readonly seconds?: unknown } | null | undefined): string | null {
  const seconds = readSeconds(time);
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}

/** A backup is made every day: one that is older was missed. As `alerts.backups` has it. */
const oldestBackupHours = 36;

export interface Finding {
  readonly ok: boolean;
  readonly detail: string;
}

/** Whether it runs, whether it was backed up lately, and what Google has announced, which is nobody's fault. */
export function checkCondition(condition: Condition, now: Date): Readonly<Record<string, Finding>> {
  const { state, suspendedFor, installedVersion, lastBackup, maintenance } = condition;
  const hours = lastBackup === null ? null : countHours(lastBackup, now);
  return {
    state: {
      ok: state === 'RUNNABLE',
      detail: [state, ...suspendedFor, ...(installedVersion === null ? [] : [installedVersion])].join(', '),
    },
    backups: {
      ok: hours !== null && hours <= oldestBackupHours,
      detail: hours === null ? 'none that succeeded' : `the last that succeeded is ${formatAge(hours)} old`,
    },
    maintenance: {
      ok: true,
      detail: maintenance === null ? 'none announced' : `announced: Google restarts it at ${maintenance.start}`,
    },
  };
}

const countHours = (since: string, now: Date): number => Math.floor((now.getTime() - Date.parse(since)) / 3_600_000);

/** What of it a person should know, each as one sentence; none where all is well. */
export function describeCondition(condition: Condition, databasesSeen: boolean, now: Date): readonly string[] {
  const { state, suspendedFor, lastBackup, maintenance, newerMaintenanceVersions } = condition;
  const why = suspendedFor.length === 0 ? '' : ` (${suspendedFor.join(', ')})`;
  const hours = lastBackup === null ? null : countHours(lastBackup, now);
  return [
    ...(state === 'RUNNABLE' ? [] : [`the instance is ${state}${why}`]),
    ...(databasesSeen ? [] : ['the instance does not run, so its databases and logins cannot be listed']),
    ...(hours === null ? ['there is no backup that succeeded'] : []),
    ...(hours !== null && hours > oldestBackupHours
      ? [`the last backup that succeeded is ${formatAge(hours)} old`]
      : []),
    ...(maintenance === null ? [] : [`Google maintains it, and restarts it, at ${maintenance.start}`]),
    ...(newerMaintenanceVersions.length === 0
      ? []
      : [`a newer maintenance version is there: ${newerMaintenanceVersions.join(', ')}`]),
  ];
}

function formatAge(hours: number): string {
  return hours < 72 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}
