import { DatabaseFailure } from '../database/failure.ts';
import { explainFault } from './sql-admin-faults.ts';

/** Words of the connector for what an instance has not: https://github.com/GoogleCloudPlatform/cloud-sql-nodejs-connector */
const unfit: Readonly<Record<string, string>> = {
  EBADSQLADMINREGION: 'correct the region in the DSN',
  ENOPUBLICSQLADMINIPADDRESS: 'ip=private or ip=psc in the DSN says another of its ways in',
  ENOPRIVATESQLADMINIPADDRESS: 'ip=public or ip=psc in the DSN says another of its ways in',
  ENOPSCSQLADMINIPADDRESS: 'ip=private or ip=public in the DSN says another of its ways in',
  ENOSQLADMINIPADDRESS: 'it may still be being made, or is stopped: gcloud sql instances list',
};

/** Why there is no way into an instance, and what to do; without a name, why the credentials' login is not known. */
export function explainInstanceFault(error: unknown, connectionName: string | null): DatabaseFailure {
  const { code, message } = error as { code?: unknown; message?: string };
  const hint = unfit[String(code)];
  if (hint !== undefined) return new DatabaseFailure(message ?? String(code), { hint, cause: error });
  const project = connectionName?.split(':').slice(0, -2).join(':') ?? '';
  const said = explainFault(error, {
    project,
    permission: 'cloudsql.instances.connect',
    role: 'roles/cloudsql.client',
    purpose: `connect to ${connectionName}`,
  });
  return new DatabaseFailure(said.message, { hint: said.hint, cause: error });
}
