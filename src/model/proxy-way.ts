import type { Platform } from './platform.ts';

/** Which of an instance's ways in an Auth Proxy takes. */
export type ProxyWay = 'privateIp' | 'psc' | 'public';

/** The way of the proxies in pods, and of people who have no bastion. */
export function chooseWay({ hosting, kubernetes }: Platform): ProxyWay {
  if (hosting.kind === 'cloudSql' && hosting.reach.kind === 'privateServiceConnect') return 'psc';
  return kubernetes?.proxy.privateIp === false ? 'public' : 'privateIp';
}

/** The way of people: whoever goes through the bastion is in the network, and it has no way out of it. */
export function choosePeoplesWay(platform: Platform): ProxyWay {
  const way = chooseWay(platform);
  return way === 'public' && platform.bastion !== null ? 'privateIp' : way;
}
