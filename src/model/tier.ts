/** What a Cloud SQL tier is. Memory in MB. */
export interface Tier {
  readonly cpus: number;
  readonly memoryMb: number;
}

/**
 * The tier's size, or what is wrong with it. Custom machines: 1 vCPU or an even number up to 96; 0.9 to 6.5 GB a vCPU,
 * at least 3.75 GB, in steps of 256 MB. Source: Cloud SQL for PostgreSQL, 'About instance settings' (machine types).
 */
export function readTier(tier: string, edition: 'enterprise' | 'enterprise-plus'): Tier | string {
  const performance = /^db-(perf-optimized-N|c4a-highmem)-(\d+)$/.exec(tier);
  if (edition === 'enterprise-plus') {
    if (performance === null) return 'the enterprise-plus edition has tiers like db-perf-optimized-N-4';
    const cpus = Number(performance[2]);
    if (![2, 4, 8, 16, 32, 48, 64, 80, 96, 128].includes(cpus))
      return 'db-perf-optimized-N has 2, 4, 8, 16, 32, 48, 64, 80, 96 or 128 vCPUs';
    return { cpus, memoryMb: cpus * 8 * 1024 };
  }
  if (tier === 'db-f1-micro') return { cpus: 1, memoryMb: 614 };
  if (tier === 'db-g1-small') return { cpus: 1, memoryMb: 1740 };
  const custom = /^db-custom-(\d+)-(\d+)$/.exec(tier);
  if (custom === null) return 'the enterprise edition has db-custom-CPUS-MEMORY_MB, db-f1-micro and db-g1-small';
  return checkCustom(Number(custom[1]), Number(custom[2]));
}

function checkCustom(cpus: number, memoryMb: number): Tier | string {
  if (cpus !== 1 && (cpus < 1 || cpus > 96 || cpus % 2 !== 0))
    return 'a custom tier has 1 vCPU or an even number up to 96';
  if (memoryMb % 256 !== 0) return `its memory is a multiple of 256 MB (${Math.ceil(memoryMb / 256) * 256}, say)`;
  const least = Math.max(3840, Math.ceil((cpus * 0.9 * 1024) / 256) * 256);
  const most = Math.floor((cpus * 6.5 * 1024) / 256) * 256;
  if (memoryMb < least || memoryMb > most) return `with ${cpus} vCPU its memory is between ${least} and ${most} MB`;
  return { cpus, memoryMb };
}

/**
 * `max_connections` where no flag sets it, by memory. Source: Cloud SQL for PostgreSQL, 'Quotas and limits'
 * (maximum concurrent connections).
 */
export function defaultMaxConnections(tier: Tier): number {
  const steps: readonly (readonly [fromMb: number, connections: number])[] = [
    [0, 25],
    [1_700, 50],
    [3_840, 100],
    [6_144, 200],
    [7_680, 400],
    [15_360, 500],
    [30_720, 600],
    [61_440, 800],
    [122_880, 1_000],
  ];
  return steps.findLast(([fromMb]) => tier.memoryMb >= fromMb)?.[1] ?? 25;
}
