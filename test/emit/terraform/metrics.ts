/** What Cloud Monitoring has to say of a metric. */
export interface Metric {
  readonly kind: 'GAUGE' | 'DELTA' | 'CUMULATIVE';
  /** The monitored resource that it is of. */
  readonly resource: keyof typeof resourceLabels;
  readonly labels: readonly string[];
}

/** Source: Cloud Monitoring, 'Monitored resource types'. */
export const resourceLabels = {
  cloudsql_database: ['project_id', 'database_id', 'region'],
  gce_instance: ['project_id', 'instance_id', 'zone'],
} as const;

const sql = (kind: Metric['kind'], ...labels: readonly string[]): Metric => ({
  kind,
  resource: 'cloudsql_database',
  labels,
});
const machine = (kind: Metric['kind'], ...labels: readonly string[]): Metric => ({
  kind,
  resource: 'gce_instance',
  labels,
});

/**
 * Every metric that alerts and dashboards look at, by its type; all are numbers. Sources: Cloud SQL, 'Cloud SQL metrics';
 * Cloud Monitoring, 'Google Cloud metrics' (compute), 'Ops Agent metrics' and 'Third-party application metrics'
 * (PostgreSQL).
 */
export const metrics: Readonly<Record<string, Metric>> = {
  'cloudsql.googleapis.com/database/cpu/utilization': sql('GAUGE'),
  'cloudsql.googleapis.com/database/memory/utilization': sql('GAUGE'),
  'cloudsql.googleapis.com/database/disk/bytes_used': sql('GAUGE'),
  'cloudsql.googleapis.com/database/disk/quota': sql('GAUGE'),
  'cloudsql.googleapis.com/database/disk/utilization': sql('GAUGE'),
  'cloudsql.googleapis.com/database/up': sql('GAUGE'),
  'cloudsql.googleapis.com/database/postgresql/num_backends': sql('GAUGE', 'database'),
  'cloudsql.googleapis.com/database/postgresql/transaction_id_utilization': sql('GAUGE'),
  'cloudsql.googleapis.com/database/postgresql/tuples_processed_count': sql('DELTA', 'database', 'operation_type'),
  'cloudsql.googleapis.com/database/postgresql/transaction_count': sql('DELTA', 'database', 'transaction_type'),
  'cloudsql.googleapis.com/database/postgresql/deadlock_count': sql('DELTA', 'database'),
  'cloudsql.googleapis.com/database/replication/replica_lag': sql('GAUGE'),
  'compute.googleapis.com/instance/cpu/utilization': machine('GAUGE', 'instance_name'),
  'agent.googleapis.com/memory/percent_used': machine('GAUGE', 'state'),
  'agent.googleapis.com/disk/percent_used': machine('GAUGE', 'device', 'state'),
  'workload.googleapis.com/postgresql.backends': machine('GAUGE', 'database'),
  'workload.googleapis.com/postgresql.connection.max': machine('GAUGE'),
  'workload.googleapis.com/postgresql.db_size': machine('GAUGE', 'database'),
  'workload.googleapis.com/postgresql.operations': machine('CUMULATIVE', 'database', 'operation', 'table'),
  'workload.googleapis.com/postgresql.commits': machine('CUMULATIVE', 'database'),
  'workload.googleapis.com/postgresql.rollbacks': machine('CUMULATIVE', 'database'),
};

/** The aligners that a number of each kind can have, of those in use. Source: Cloud Monitoring API, 'Aligner'. */
export const aligners: Readonly<Record<Metric['kind'], readonly string[]>> = {
  GAUGE: ['ALIGN_MEAN', 'ALIGN_MIN', 'ALIGN_MAX', 'ALIGN_SUM'],
  DELTA: ['ALIGN_RATE', 'ALIGN_DELTA', 'ALIGN_MEAN', 'ALIGN_MIN', 'ALIGN_MAX', 'ALIGN_SUM'],
  CUMULATIVE: ['ALIGN_RATE', 'ALIGN_DELTA'],
};

/** A type as PromQL has it. Source: Cloud Monitoring, 'Mapping Cloud Monitoring metric names to PromQL'. */
export function nameInPromql(type: string): string {
  const [domain = '', ...path] = type.split('/');
  return `${domain.replaceAll(/\W/g, '_')}:${path.join('/').replaceAll(/\W/g, '_')}`;
}
