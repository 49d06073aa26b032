import type { Platform } from '../model/platform.ts';
import type { SpecNode } from '../spec/node.ts';
import { createSubject } from './architecture/part.ts';
import { listCloudSqlCosts, listCloudSqlUnknown } from './costs/cloud-sql.ts';
import { listClusterCosts } from './costs/cluster.ts';
import type { ViewCosts } from './costs/costs.ts';
import { weighDrivers } from './costs/driver.ts';
import { listMachineCosts, listMachineUnknown } from './costs/machines.ts';
import type { Locate } from './locate.ts';

/** What one environment makes that costs. */
export function listCosts(platform: Platform, root: SpecNode, locate: Locate): ViewCosts {
  const subject = createSubject(platform, root, locate);
  const { hosting, gcp } = platform;
  const [databases, unknown] =
    hosting.kind === 'cloudSql'
      ? [listCloudSqlCosts(subject, hosting), listCloudSqlUnknown(hosting, gcp.region)]
      : [listMachineCosts(subject, hosting), listMachineUnknown(hosting)];
  return {
    drivers: weighDrivers([...databases, ...listClusterCosts(subject)]),
    unknown: [...unknown, 'Logs and metrics: by GiB, beyond what is free.'],
  };
}
