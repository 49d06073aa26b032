import { defaultTier, type Edition, largestDiskGb, readTier } from '../tier.ts';
import type { Finding, RuleInput } from './rule.ts';

const at = ['hosting', 'cloudSql'];

type CloudSqlSpec = NonNullable<RuleInput['value']['hosting']['cloudSql']>;

/** What the Cloud SQL Admin API refuses at apply of an instance: its tier, disk and backups. */
export function checkCloudSql({ value }: RuleInput): readonly Finding[] {
  const sql = value.hosting.cloudSql;
  if (sql === undefined) return [];
  const edition = sql.edition ?? 'enterprise';
  return [...checkTiers(sql, edition), ...checkDisk(sql, edition), ...checkBackups(sql, edition)];
}

/** Source: see `readTier`. An edition whose default tier is another edition's wants one of its own. */
function checkTiers(sql: CloudSqlSpec, edition: Edition): readonly Finding[] {
  const own = [...at, sql.tier === undefined ? 'edition' : 'tier'];
  const tiers: readonly (readonly [readonly (string | number)[], string])[] = [
    [own, sql.tier ?? defaultTier],
    ...(sql.replicas ?? []).flatMap(({ tier }, index) =>
      tier === undefined ? [] : [[[...at, 'replicas', index, 'tier'], tier] as const],
    ),
  ];
  return tiers.flatMap(([place, tier]): readonly Finding[] => {
    const size = readTier(tier, edition);
    if (typeof size !== 'string') return [];
    const message =
      place === own && sql.tier === undefined
        ? `the ${edition} edition does not have the default tier, ${tier}`
        : `Cloud SQL has no tier ${tier} in the ${edition} edition`;
    return [{ code: 'PF203', at: place, message, hint: size }];
  });
}

/** Source: Cloud SQL for PostgreSQL, 'About instance settings' (storage type, storage capacity). */
function checkDisk(sql: CloudSqlSpec, edition: Edition): readonly Finding[] {
  const { type = 'ssd', sizeGb = 100, limitGb = 0, autoresize = true } = sql.disk ?? {};
  const findings: Finding[] = [];
  const refuse = (code: Finding['code'], key: string, message: string, hint: string): void => {
    findings.push({ code, at: [...at, 'disk', key], message, hint });
  };
  if (limitGb !== 0 && limitGb < sizeGb) {
    const message = `a limit of ${limitGb} GB below the disk's ${sizeGb} GB`;
    refuse('PF204', 'limitGb', message, 'raise limitGb, or leave it out for no limit');
  } else if (limitGb !== 0 && !autoresize) {
    const message = 'limitGb limits nothing while autoresize is off';
    refuse('PF204', 'limitGb', message, 'remove limitGb, or set autoresize: true');
  }
  if (type === 'hdd' && edition === 'enterprise-plus')
    refuse('PF219', 'type', 'the enterprise-plus edition has no HDD', 'write type: ssd, or edition: enterprise');
  const tier = sql.tier ?? defaultTier;
  const most = largestDiskGb(tier);
  for (const [key, size] of [['sizeGb', sizeGb] as const, ['limitGb', limitGb] as const]) {
    const message = `${tier} takes disks up to ${most} GB, not ${size}`;
    if (size > most) refuse('PF219', key, message, `write ${most} or less, or a larger tier`);
  }
  return findings;
}

/**
 * Sources: Cloud SQL for PostgreSQL, 'Configure point-in-time recovery' (logs are kept 1–7 days, in the enterprise-plus
 * edition 1–35); terraform-google-sql-db #785 (the API's "backup retention should be > transaction log retention",
 * though its own default is 7 of both); google_sql_database_instance, `availability_type` (a regional instance wants
 * point-in-time recovery; a warning, since terraform-google-sql-db #344 made one without).
 */
function checkBackups(sql: CloudSqlSpec, edition: Edition): readonly Finding[] {
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
  if (!pointInTimeRecovery && (sql.availability ?? 'regional') === 'regional') {
    findings.push({
      code: 'PF204',
      severity: 'warning',
      at: [...at, 'backups', 'pointInTimeRecovery'],
      message: 'a regional instance wants point-in-time recovery: its standby is no backup',
      hint: 'set pointInTimeRecovery: true, or availability: zonal',
    });
  }
  return findings;
}
