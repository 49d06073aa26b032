import type { Hosting, Workload } from '../../model/platform.ts';

/** What a workload reads to log in to a virtual machine's server; the one login there may write, so who only reads gets none. */
export function listSecrets({ grants }: Workload, hosting: Hosting): readonly string[] {
  if (hosting.kind !== 'virtualMachines') return [];
  const machines = [
    ...(grants.ingest === 'write' ? [hosting.ingest] : []),
    ...(grants.pgstac === 'ingest' ? [hosting.pgstac] : []),
  ];
  return machines.flatMap(({ passwordSecret, caSecret }) => [passwordSecret, caSecret]);
}
