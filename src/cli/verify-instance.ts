import type { Check } from '../database/verify/verify.ts';
import { checkCondition, readCondition } from '../live/condition.ts';
import { LiveFailure } from '../live/failure.ts';
import type { Platform } from '../model/platform.ts';
import type { Context } from './context.ts';
import { lookAtCredentials } from './doctor/credentials.ts';
import { openSqlAdmin } from './sql-admin.ts';

/** A check of a database, or of the Cloud SQL instance that has both. */
export interface ShownCheck extends Omit<Check, 'database'> {
  readonly database: Check['database'] | 'instance';
  /** It could not be asked from here, which is no failure; `detail` says why. */
  readonly isSkipped?: boolean;
}

/**
 * What the Admin API shows of the instance: whether it runs, its backups and its maintenance. None for virtual machines.
 * Who has no credentials here, or may not ask, as no workload may, is told so, and nothing has failed.
 */
export async function verifyInstance(context: Context, platform: Platform): Promise<readonly ShownCheck[]> {
  const { hosting, gcp } = platform;
  if (hosting.kind !== 'cloudSql') return [];
  const skip = (why: string): readonly ShownCheck[] => [
    { ...common, name: 'state, backups', ok: true, isSkipped: true, detail: `not asked: ${why}`, milliseconds: 0 },
  ];
  if (context.env['KUBERNETES_SERVICE_HOST']) return skip('no workload may ask the Cloud SQL Admin API');
  const { state, fix } = await lookAtCredentials(context);
  if (state !== 'ok') return skip(`no application default credentials here: ${fix}`);
  const admin = openSqlAdmin(context);
  const start = performance.now();
  try {
    const instance = await admin.getInstance(gcp.project, hosting.instance);
    if (instance === null)
      return [{ ...common, name: 'state', ok: false, detail: `there is no ${hosting.instance}`, milliseconds: 0 }];
    const backup = await admin.findBackup(gcp.project, hosting.instance);
    const milliseconds = performance.now() - start;
    return Object.entries(checkCondition(readCondition({ instance, backup }), context.now())).map(
      ([name, finding], index) => ({ ...common, name, ...finding, milliseconds: index === 0 ? milliseconds : 0 }),
    );
  } catch (error) {
    if (!(error instanceof LiveFailure)) throw error;
    return skip(`${error.message}: ${error.hint}`);
  }
}

const common = { database: 'instance', needsInit: false } as const;
