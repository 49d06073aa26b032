import type { CloudSqlHosting, Setting } from '../../model/platform.ts';
import { hclMap, hclString, hclStrings } from '../../print/hcl.ts';
import type { HclView } from './common.ts';
import { viewFlagChecks } from './flag-checks.ts';
import { needsStandby, viewAvailability } from './instance-options.ts';

/** What `replicas.tf` says: the primary's own view, and of each replica what it has for itself. */
export function viewReplicas(primary: HclView, { flags, replicas }: CloudSqlHosting): HclView {
  const own = new Set(replicas.flatMap((replica) => replica.flags.map(({ name }) => name)));
  const shared = flags.filter(({ name }) => !own.has(name));
  return {
    ...primary,
    standbyAnywhere: replicas.some(needsStandby),
    flags: shared.map(({ name, value }) => ({ name: hclString(name), value: hclString(value) })),
    checks: viewFlagChecks(shared),
    ownFlags: own.size > 0,
    replicas: replicas.map((replica) => ({
      key: hclString(replica.name),
      instance: hclString(replica.instance),
      region: hclString(replica.region),
      tier: hclString(replica.tier),
      availability: viewAvailability(replica.availability),
      zones: hclStrings(replica.zone === null ? [] : [replica.zone]),
      encryptionKey: replica.encryptionKey === null ? null : hclString(replica.encryptionKey),
      flags: hclMap(
        overrideFlags(flags, replica.flags, own).map(({ name, value }) => [name, hclString(value)]),
        3,
      ),
    })),
  };
}

/** A replica's value of each flag that some replica has for itself; the primary's where it has none. */
function overrideFlags(primary: readonly Setting[], replica: readonly Setting[], own: ReadonlySet<string>): Setting[] {
  const merged = new Map([...primary, ...replica].map(({ name, value }) => [name, value]));
  return [...own].sort().flatMap((name) => {
    const value = merged.get(name);
    return value === undefined ? [] : [{ name, value }];
  });
}
