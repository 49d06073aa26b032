import { listLogins } from '../../model/logins.ts';
import type { Platform, VirtualMachinesHosting } from '../../model/platform.ts';
import { choosePeoplesWay } from '../../model/proxy-way.ts';
import type { Reach } from './architecture.ts';
import { type DatabaseName, databases } from './part.ts';
import { describePodsWay, wayWords } from './workloads.ts';

/** Everyone who reaches a database, with which identity and how: what the drawing says, and no one folded together. */
export function listReaches(platform: Platform): readonly Reach[] {
  const { hosting } = platform;
  return databases.flatMap((database) =>
    hosting.kind === 'cloudSql' ? listOnCloudSql(platform, database) : listOnMachines(platform, hosting, database),
  );
}

function listOnCloudSql(platform: Platform, database: DatabaseName): readonly Reach[] {
  const { hosting, bastion, metaflow } = platform;
  const own = `Auth Proxy, IAM login, TLS, ${wayWords[choosePeoplesWay(platform)]}`;
  const people = bastion === null ? own : `SSH through IAP to ${bastion.machine}, then ${own}`;
  const reaches = listLogins(platform, database).flatMap(({ name, role, owner }): readonly Reach[] => {
    if (role === null) return [];
    const isPerson = platform.people.some(({ member }) => member === owner);
    const account = isPerson ? owner : findAccount(platform, owner);
    return [{ who: owner, account, database, login: name, role, how: isPerson ? people : describePodsWay(platform) }];
  });
  if (hosting.kind !== 'cloudSql' || hosting.initAccount === null || metaflow === null) return reaches;
  const admin = {
    who: 'the init Job',
    account: hosting.initAccount.email,
    database,
    login: hosting.adminUser,
    role: 'admin',
  };
  return [...reaches, { ...admin, how: 'Auth Proxy, password from Secret Manager, TLS' }];
}

function findAccount({ workloads, kubernetes }: Platform, owner: string): string | null {
  const workload = workloads.find(({ name }) => `workload ${name}` === owner);
  return workload?.google.email ?? (owner === 'the pooler' ? (kubernetes?.pooler?.google.email ?? null) : null);
}

/** A machine has one login, which may write: a workload that only reads has none, and a person what they are granted. */
function listOnMachines(platform: Platform, hosting: VirtualMachinesHosting, database: DatabaseName): readonly Reach[] {
  const { login } = hosting[database];
  const role = database === 'pgstac' ? 'pgstac_ingest' : 'ingest_write';
  const secret = 'password from Secret Manager, TLS (verify-full)';
  const workloads = platform.workloads
    .filter(({ grants }) => (database === 'pgstac' ? grants.pgstac === 'ingest' : grants.ingest === 'write'))
    .map(
      ({ name, google }): Reach => ({
        who: `workload ${name}`,
        account: google.email,
        database,
        login,
        role,
        how: secret,
      }),
    );
  const people = platform.people
    .filter(({ grants }) => grants[database] !== null)
    .map(
      ({ member }): Reach => ({ who: member, account: member, database, login, role, how: `IAP tunnel, ${secret}` }),
    );
  return [...workloads, ...people];
}
