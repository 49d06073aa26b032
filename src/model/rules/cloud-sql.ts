import { readTier } from '../tier.ts';
import type { Finding, RuleInput } from './rule.ts';

const at = ['hosting', 'cloudSql'];

/** What the Cloud SQL Admin API refuses at apply, and what the platform sets itself. */
export function checkCloudSql({ value }: RuleInput): readonly Finding[] {
  const sql = value.hosting.cloudSql;
  if (sql === undefined) return [];
  const edition = sql.edition ?? 'enterprise';
  const findings: Finding[] = [];
  const tiers: [readonly (string | number)[], string][] = [
    [[...at, 'tier'], sql.tier ?? 'db-custom-2-7680'],
    ...(sql.replicas ?? []).flatMap((replica, index): [readonly (string | number)[], string][] =>
      replica.tier === undefined ? [] : [[[...at, 'replicas', index, 'tier'], replica.tier]],
    ),
  ];
  for (const [place, tier] of tiers) {
    const size = readTier(tier, edition);
    if (typeof size === 'string')
      findings.push({ code: 'PF203', at: place, message: `Cloud SQL has no tier ${tier}`, hint: size });
  }
  return [
    ...findings,
    ...checkDisk(sql),
    ...checkBackups(sql, edition),
    ...checkFlags(sql, value),
    ...checkReplicas(sql),
  ];
}

type CloudSqlSpec = NonNullable<RuleInput['value']['hosting']['cloudSql']>;

function checkDisk(sql: CloudSqlSpec): readonly Finding[] {
  const { sizeGb = 100, limitGb = 0, autoresize = true } = sql.disk ?? {};
  if (limitGb !== 0 && limitGb < sizeGb) {
    return [
      {
        code: 'PF204',
        at: [...at, 'disk', 'limitGb'],
        message: `a limit of ${limitGb} GB below the disk's ${sizeGb} GB`,
        hint: 'raise limitGb, or leave it out for no limit',
      },
    ];
  }
  if (limitGb !== 0 && !autoresize) {
    return [
      {
        code: 'PF204',
        at: [...at, 'disk', 'limitGb'],
        message: 'limitGb limits nothing while autoresize is off',
        hint: 'remove limitGb, or set autoresize: true',
      },
    ];
  }
  return [];
}

/** Source: Cloud SQL for PostgreSQL, 'Point-in-time recovery' (log retention: 1–7 days, Enterprise Plus 1–35), 'Backups'. */
function checkBackups(sql: CloudSqlSpec, edition: string): readonly Finding[] {
  const { retained = 14, transactionLogDays = 7, pointInTimeRecovery = true } = sql.backups ?? {};
  const findings: Finding[] = [];
  if (edition === 'enterprise' && transactionLogDays > 7) {
    findings.push({
      code: 'PF204',
      at: [...at, 'backups', 'transactionLogDays'],
      message: `the enterprise edition keeps transaction logs for at most 7 days, not ${transactionLogDays}`,
      hint: 'write 7 or less, or edition: enterprise-plus',
    });
  }
  if (pointInTimeRecovery && retained < transactionLogDays) {
    findings.push({
      code: 'PF204',
      at: [...at, 'backups', 'retained'],
      message: `${retained} backups are fewer than ${transactionLogDays} days of transaction logs need`,
      hint: `keep at least ${transactionLogDays} backups`,
    });
  }
  return findings;
}

function checkFlags(sql: CloudSqlSpec, value: RuleInput['value']): readonly Finding[] {
  const cron = value.databases?.pgstac?.extensions?.includes('pg_cron') === true;
  const own: Readonly<Record<string, string>> = {
    'cloudsql.iam_authentication': 'on',
    ...(cron ? { 'cloudsql.enable_pg_cron': 'on', 'cron.database_name': 'pgstac' } : {}),
  };
  const findings: Finding[] = [];
  for (const [name, wanted] of Object.entries(own)) {
    const given = sql.flags?.[name];
    if (given !== undefined && given !== wanted) {
      findings.push({
        code: 'PF209',
        at: [...at, 'flags', name],
        message: `${name} is ${JSON.stringify(given)}, and the platform needs ${wanted}`,
        hint: 'remove the flag: the platform sets it',
      });
    }
  }
  const connections = sql.flags?.['max_connections'];
  if (connections !== undefined && !/^[1-9][0-9]{1,5}$/.test(connections)) {
    findings.push({
      code: 'PF204',
      at: [...at, 'flags', 'max_connections'],
      message: `max_connections is ${JSON.stringify(connections)}`,
      hint: 'write a whole number from 14 to 262143, in quotes',
    });
  }
  return findings;
}

/** Source: Cloud SQL for PostgreSQL, 'Create read replicas' (the primary needs backups with point-in-time recovery's logs). */
function checkReplicas(sql: CloudSqlSpec): readonly Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const [index, replica] of (sql.replicas ?? []).entries()) {
    if (seen.has(replica.name))
      findings.push({
        code: 'PF206',
        at: [...at, 'replicas', index, 'name'],
        message: `two replicas are named ${replica.name}`,
        hint: 'name them apart',
      });
    seen.add(replica.name);
  }
  return findings;
}
