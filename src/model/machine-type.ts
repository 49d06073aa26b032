/**
 * The disk type and Debian 12 image for a machine type. The fourth generation (`n4`, `c4`, `c4a`) takes Hyperdisk only,
 * and `t2a`, `c4a` and `n4a` are Arm. Source: Compute Engine's documentation, 'Machine families resource guide'.
 */
export function chooseDisk(machineType: string): { readonly diskType: string; readonly image: string } {
  const family = machineType.split('-')[0] ?? '';
  return {
    diskType: /^[a-z]+4[a-z]*$/.test(family) ? 'hyperdisk-balanced' : 'pd-balanced',
    image: /^(t2a|c4a|n4a)$/.test(family) ? 'debian-cloud/debian-12-arm64' : 'debian-cloud/debian-12',
  };
}
