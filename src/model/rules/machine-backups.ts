import { bucketOf } from '../names.ts';
import type { Finding, RuleInput } from './rule.ts';

const machines = ['hosting', 'virtualMachines'] as const;

/** Where the machines' backups are, and the key that they and the disks have. */
export function checkMachineBackups(input: RuleInput): readonly Finding[] {
  return [...checkKey(input), ...checkLocation(input), ...checkBucket(input)];
}

/**
 * A zonal disk takes a key of its region, or a global one; a bucket only one of its own location. Sources: Compute
 * Engine, 'Protect resources by using Cloud KMS keys'; Cloud Storage, 'Customer-managed encryption keys'.
 */
function checkKey({ value: { gcp, hosting } }: RuleInput): readonly Finding[] {
  const { encryptionKey, backups } = hosting.virtualMachines ?? {};
  const location = encryptionKey?.split('/')[3];
  if (location === undefined) return [];
  const at = [...machines, 'encryptionKey'];
  if (location !== gcp.region && location !== 'global') {
    const related = { at: ['gcp', 'region'], message: 'the region is set here' };
    const message = `a key in ${location}, and the disks are in ${gcp.region}`;
    return [{ code: 'PF258', at, message, hint: `write a key of ${gcp.region}`, related }];
  }
  const own = backups?.location ?? gcp.region;
  if (backups?.bucket !== undefined || location === own) return [];
  const message = `a key in ${location}, and the bucket of backups is made in ${own}`;
  // A key of elsewhere would not do for the disks.
  const first = own === gcp.region ? `write a key of ${own}` : `leave location out, with a key of ${gcp.region}`;
  return [{ code: 'PF258', at, message, hint: `${first}, or name a bucket that is there in backups.bucket` }];
}

function checkLocation({ value }: RuleInput): readonly Finding[] {
  const { bucket, location } = value.hosting.virtualMachines?.backups ?? {};
  if (bucket === undefined || location === undefined) return [];
  const at = [...machines, 'backups', 'location'];
  const message = `${bucket} is there already: it stays where it is`;
  return [{ code: 'PF259', at, onKey: true, message, hint: 'leave location out, or bucket to have one made there' }];
}

/** Whoever may write a bucket may delete what is in it: a workload's right on a bucket is on all of its objects. */
function checkBucket({ value }: RuleInput): readonly Finding[] {
  const { bucket } = value.hosting.virtualMachines?.backups ?? {};
  if (bucket === undefined) return [];
  const used = [
    [['metaflow', 'datastore'], value.metaflow?.datastore] as const,
    ...Object.entries(value.pipelines ?? {}).map(
      ([name, { download }]) => [['pipelines', name, 'download', 'to'], download?.to] as const,
    ),
  ].filter(([, location]) => bucketOf(location ?? '') === bucketOf(bucket));
  return used.slice(0, 1).map(([place]) => ({
    code: 'PF260',
    at: [...machines, 'backups', 'bucket'],
    message: `a workload may delete what is in ${bucket}`,
    hint: 'write a bucket that nothing else uses, or leave it out to have one made',
    related: { at: place, message: 'it is used here' },
  }));
}
