import type { Platform } from '../model/platform.ts';

/** Where a database of this platform can be reached from, for who cannot reach it from here. */
export function adviseReach({ hosting, bastion, kubernetes, metaflow, environment }: Platform): string {
  const way =
    hosting.kind === 'virtualMachines'
      ? 'Identity-Aware Proxy’s tunnels'
      : `the Auth Proxy${bastion === null ? '' : ', through the bastion'}`;
  const job =
    kubernetes === null || metaflow === null
      ? ''
      : '; inside the cluster the same checks are the Job platform-smoke, which `kubectl apply -k terraform/kubernetes` runs';
  return `from a laptop the way to a server of environment ${environment} is ${way}: its team/access.md has the lines${job}`;
}
