import type { Alerts, CloudSqlHosting, VirtualMachinesHosting } from '../../model/platform.ts';
import { databases, type Part, type PlannedNode, type Subject } from './part.ts';

/** The databases, what they are on, and what is kept and watched of them. */
export function planDatabases(subject: Subject): Part {
  const { hosting } = subject.platform;
  return hosting.kind === 'cloudSql' ? planCloudSql(subject, hosting) : planMachines(subject, hosting);
}

function planCloudSql({ platform, at, entryAt }: Subject, hosting: CloudSqlHosting): Part {
  const { backups, replicas, alerts } = hosting;
  const key = (...path: readonly string[]) => [at('hosting', 'cloudSql', ...path)];
  const instance: PlannedNode = {
    id: 'instance',
    kind: 'instance',
    column: 3,
    title: hosting.instance,
    detail: `${hosting.tier}, ${hosting.availability}`,
    facts: [
      { name: 'Connection name', value: hosting.connectionName },
      { name: 'Disk', value: `${hosting.disk.sizeGb} GB ${hosting.disk.type.toUpperCase()}` },
      { name: 'TLS', value: hosting.sslMode === 'encrypted' ? 'required' : 'required, with a client certificate' },
      {
        name: 'Network',
        value: hosting.reach.kind === 'privateServiceConnect' ? 'Private Service Connect' : 'private services access',
      },
      { name: 'Protected from deletion', value: hosting.deletionProtection ? 'yes' : 'no' },
    ],
    lines: key(),
  };
  const kept: readonly (PlannedNode & { readonly how: string })[] = [
    ...replicas.map((replica) => ({
      ...{ id: `replica ${replica.name}`, kind: 'kept' as const, column: 4 as const, how: 'streaming' },
      ...{ title: `replica ${replica.name}`, detail: replica.region },
      facts: [
        { name: 'Instance', value: replica.instance },
        { name: 'Tier', value: `${replica.tier}, ${replica.availability}` },
      ],
      lines: [entryAt(['hosting', 'cloudSql', 'replicas'], 'name', replica.name)],
    })),
    {
      ...{ id: 'backups', kind: 'kept', column: 4, how: `daily ${backups.startTime} UTC` },
      ...{ title: 'Backups', detail: `${backups.retained} kept` },
      facts: [
        { name: 'Point in time', value: backups.pointInTimeRecovery ? `${backups.transactionLogDays} days` : 'no' },
        { name: 'Where', value: backups.location ?? 'the multi-region nearest to the instance' },
      ],
      lines: key('backups'),
    },
    ...planAlerts(alerts).map((node) => ({ ...node, how: 'metrics', lines: key('alerts') })),
  ];
  return {
    nodes: [
      ...planNames(
        { platform, at },
        () => hosting.instance,
        () => key(),
      ),
      instance,
      ...kept,
    ],
    edges: kept.map(({ id, how }) => ({ from: instance.id, to: id, identity: '', how })),
  };
}

function planMachines({ platform, at }: Subject, hosting: VirtualMachinesHosting): Part {
  const { backups, snapshots } = hosting;
  const key = (...path: readonly string[]) => [at('hosting', 'virtualMachines', ...path)];
  const common = { kind: 'kept', column: 4 } as const;
  const kept: readonly (PlannedNode & { readonly how: string })[] = [
    {
      ...{ ...common, id: 'backups', how: `pgBackRest, ${backups.startTime} UTC` },
      ...{ title: 'Backups', detail: `gs://${backups.bucket}` },
      facts: [
        { name: 'Full backups kept', value: String(backups.retained) },
        { name: 'Days between them', value: String(backups.fullEveryDays) },
      ],
      lines: key('backups'),
    },
    {
      ...{ ...common, id: 'snapshots', how: `daily ${snapshots.startTime} UTC` },
      ...{ title: 'Snapshots', detail: `${snapshots.retainedDays} days` },
      facts: [{ name: 'Of', value: 'each data disk' }],
      lines: key('snapshots'),
    },
    ...planAlerts(hosting.alerts).map((node) => ({ ...node, how: 'metrics', lines: key('alerts') })),
  ];
  const identityOf = (id: string, database: 'pgstac' | 'ingest') =>
    id === 'backups' ? hosting[database].serviceAccount.email : '';
  return {
    nodes: [
      ...planNames(
        { platform, at },
        (database) => hosting[database].machine,
        () => key(),
      ),
      ...kept,
    ],
    edges: databases.flatMap((database) =>
      kept.map(({ id, how }) => ({ from: `database ${database}`, to: id, identity: identityOf(id, database), how })),
    ),
  };
}

function planNames(
  { platform, at }: Pick<Subject, 'platform' | 'at'>,
  hostOf: (database: 'pgstac' | 'ingest') => string,
  hostLines: () => PlannedNode['lines'],
): readonly PlannedNode[] {
  const { pgstac, ingest } = platform.databases;
  const node = (database: 'pgstac' | 'ingest', facts: PlannedNode['facts']): PlannedNode => ({
    ...{ id: `database ${database}`, kind: 'database', column: 3, title: database, detail: `on ${hostOf(database)}` },
    facts: [{ name: 'On', value: hostOf(database) }, ...facts],
    lines: [at('databases', database), ...hostLines()],
  });
  return [
    node('pgstac', [
      { name: 'pgSTAC', value: pgstac.version },
      { name: 'Extensions', value: pgstac.extensions.join(', ') },
    ]),
    node('ingest', [
      { name: 'Kept for', value: ingest.retentionDays === null ? 'ever' : `${ingest.retentionDays} days` },
    ]),
  ];
}

/** Those who are told; no node where nothing is watched. */
function planAlerts(alerts: Alerts): readonly Omit<PlannedNode, 'lines'>[] {
  const watched = (['cpu', 'memory', 'disk', 'connections', 'down', 'backups'] as const).filter(
    (name) => alerts[name] !== null && alerts[name] !== false,
  );
  if (watched.length === 0) return [];
  const told = [...alerts.emails, ...alerts.notify];
  const facts = [{ name: 'Watched', value: watched.join(', ') }, ...told.map((value) => ({ name: 'Tells', value }))];
  const detail =
    told.length === 0
      ? 'nobody is told'
      : told.length === 1
        ? (alerts.emails[0] ?? '1 channel')
        : `${told.length} are told`;
  return [{ id: 'alerts', kind: 'kept', column: 4, title: 'Alerts', detail, facts }];
}
