import type { Finding, RuleInput } from './rule.ts';

/**
 * Keys that are not where what they encrypt is. Sources: Cloud SQL for PostgreSQL, 'About customer-managed encryption
 * keys' (the key's location is the instance's region; a replica in the same region has the primary's, one in another
 * region a key of that region); Compute Engine, 'Help protect resources by using Cloud KMS keys' (the region's, or global).
 */
export function checkEncryptionKeys({ value }: RuleInput): readonly Finding[] {
  const { region } = value.gcp;
  const bastion = value.access?.bastion?.encryptionKey;
  const sql = value.hosting.cloudSql;
  return [
    ...checkLocation(['hosting', 'cloudSql', 'encryptionKey'], sql?.encryptionKey, [region]),
    ...checkLocation(['access', 'bastion', 'encryptionKey'], bastion, [region, 'global']),
    ...(sql?.replicas ?? []).flatMap((replica, index) => {
      const at = ['hosting', 'cloudSql', 'replicas', index];
      return checkReplica(at, replica, { region, key: sql?.encryptionKey });
    }),
  ];
}

function checkReplica(
  at: readonly (string | number)[],
  own: { readonly region?: string; readonly encryptionKey?: string },
  primary: { readonly region: string; readonly key: string | undefined },
): readonly Finding[] {
  const key = [...at, 'encryptionKey'];
  const { region = primary.region, encryptionKey } = own;
  if (region !== primary.region) {
    if (encryptionKey !== undefined) return checkLocation(key, encryptionKey, [region]);
    if (primary.key === undefined) return [];
    const message = `the instance has a key, and its replica in ${region} none of that region`;
    const hint = `add encryptionKey: projects/…/locations/${region}/keyRings/…/cryptoKeys/…`;
    return [{ code: 'PF247', at, message, hint }];
  }
  if (encryptionKey === undefined || encryptionKey === primary.key) return [];
  const message = 'a replica in the region of its primary has the key of its primary';
  return [{ code: 'PF247', at: key, message, hint: 'remove encryptionKey here' }];
}

function checkLocation(
  at: readonly (string | number)[],
  key: string | undefined,
  locations: readonly string[],
): readonly Finding[] {
  const location = key?.split('/')[3];
  if (location === undefined || locations.includes(location)) return [];
  const message = `a key in ${location}, and what it encrypts is in ${locations[0]}`;
  return [{ code: 'PF258', at, message, hint: `write a key of ${locations.join(' or ')}` }];
}
