export type Edition = 'enterprise' | 'enterprise-plus';

/** What a Cloud SQL tier is. Memory in MB. */
export interface Tier {
  readonly cpus: number;
  readonly memoryMb: number;
}

/** The tier of a spec that names none. */
export const defaultTier = 'db-custom-2-7680';

/** vCPUs of the enterprise-plus edition's tiers. Source: Cloud SQL for PostgreSQL, 'Machine series overview' (N2). */
const performanceCpus = [2, 4, 8, 16, 32, 48, 64, 80, 96, 128];

/**
 * The tier's size, or what to write instead. Sources: Cloud SQL for PostgreSQL, 'About instance settings' (cores, memory)
 * and 'Machine series overview'. The series on Hyperdisk (C4A and N4) are left out: the platform's disks are SSD or HDD.
 */
export function readTier(tier: string, edition: Edition): Tier | string {
  const performance = /^db-perf-optimized-N-(\d+)$/.exec(tier);
  if (/^db-(c4a|custom-N4)-/.test(tier))
    return `a series on Hyperdisk, and the platform makes SSD and HDD disks: write ${edition === 'enterprise' ? defaultTier : 'db-perf-optimized-N-4'}, say`;
  if (edition === 'enterprise-plus')
    return performance === null
      ? 'the enterprise-plus edition has tiers like db-perf-optimized-N-4; this one may want edition: enterprise'
      : readPerformance(Number(performance[1]));
  if (performance !== null) return 'write edition: enterprise-plus beside it, or a tier like db-custom-4-16384';
  if (tier === 'db-f1-micro') return { cpus: 1, memoryMb: 614 };
  if (tier === 'db-g1-small') return { cpus: 1, memoryMb: 1740 };
  const custom = /^db-custom-(\d+)-(\d+)$/.exec(tier);
  if (custom === null) return 'the enterprise edition has db-custom-CPUS-MEMORY_MB, db-f1-micro and db-g1-small';
  return readCustom(Number(custom[1]), Number(custom[2]));
}

/** Shared-core tiers take smaller disks. */
function isSharedCore(tier: string): boolean {
  return tier === 'db-f1-micro' || tier === 'db-g1-small';
}

/** 8 GB a vCPU; 6.75 where there are 128 of them. */
function readPerformance(cpus: number): Tier | string {
  if (!performanceCpus.includes(cpus)) return `db-perf-optimized-N has ${performanceCpus.join(', ')} vCPUs`;
  return { cpus, memoryMb: cpus * (cpus === 128 ? 6.75 : 8) * 1024 };
}

/** 1 vCPU or an even number up to 96; 0.9 to 6.5 GB a vCPU, at least 3.75 GB, in steps of 256 MB. */
function readCustom(cpus: number, memoryMb: number): Tier | string {
  const near = fitCustom(cpus, memoryMb);
  const write = `write db-custom-${near.cpus}-${near.memoryMb}, say`;
  if (near.cpus !== cpus) return `a custom tier has 1 vCPU or an even number up to 96: ${write}`;
  const { least, most } = memoryBounds(cpus);
  if (memoryMb < least || memoryMb > most)
    return `with ${cpus} vCPU its memory is between ${least} and ${most} MB: ${write}`;
  if (near.memoryMb !== memoryMb) return `its memory is a multiple of 256 MB: ${write}`;
  return { cpus, memoryMb };
}

/** The smallest custom tier that has what is asked, as far as one does. */
function fitCustom(asked: number, memoryMb: number): Tier {
  const cpus = asked <= 1 ? 1 : Math.min(96, asked + (asked % 2));
  const { least, most } = memoryBounds(cpus);
  return { cpus, memoryMb: Math.min(most, Math.max(least, Math.ceil(memoryMb / 256) * 256)) };
}

function memoryBounds(cpus: number): { readonly least: number; readonly most: number } {
  const least = Math.max(3840, Math.ceil((cpus * 0.9 * 1024) / 256) * 256);
  return { least, most: Math.floor((cpus * 6.5 * 1024) / 256) * 256 };
}

/**
 * `max_connections` where no flag sets it, by memory; a replica has its primary's. Source: Cloud SQL for PostgreSQL,
 * 'Configure database flags' (max_connections).
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

/** The largest disk of a tier, in GB. Source: Cloud SQL for PostgreSQL, 'About instance settings' (storage capacity). */
export function largestDiskGb(tier: string): number {
  return isSharedCore(tier) ? 3_054 : 65_536;
}
