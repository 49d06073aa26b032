import { chooseDisk } from '../../model/machine-type.ts';
import { hasCronJob } from '../../model/pipeline-job.ts';
import type { Pipeline, Platform } from '../../model/platform.ts';

/** A change before it is judged. */
export interface Candidate {
  readonly resource: string;
  readonly field: string | null;
  readonly before: unknown;
  readonly after: unknown;
  /** The platform that will be; null where its environment is taken away. */
  readonly platform: Platform | null;
}

/** What a rule may ask of the two values, or of the platform around them. */
export type Condition = keyof typeof conditions;

export const conditions = {
  appears: ({ before }: Candidate) => before === null,
  disappears: ({ after }: Candidate) => after === null,
  shrinks: ({ before, after }: Candidate) => Number(after) < Number(before),
  limitsMore: ({ before, after }: Candidate) => after !== null && (before === null || Number(after) < Number(before)),
  turnsOn: ({ after }: Candidate) => after === true,
  turnsOff: ({ after }: Candidate) => after === false,
  lowersVersion: ({ before, after }: Candidate) => compareNumbers(String(after), String(before)) < 0,
  leavesOne: ({ before, after }: Candidate) =>
    Array.isArray(before) && Array.isArray(after) && before.some((item) => !after.includes(item)),
  leavesPeering: ({ before }: Candidate) =>
    typeof before === 'object' && before !== null && 'kind' in before && before.kind === 'privateServicesAccess',
  leavesTerraform: ({ before, after }: Candidate) => before === 'terraform' && after === 'job',
  leavesMetadata: ({ before, after }: Candidate) => before === 'metadata' && after === 'secretManager',
  ofAnExtension: ({ field }: Candidate) => /^flags\.[^.]+\./.test(field ?? ''),
  needsOtherDisk: ({ before, after }: Candidate) =>
    chooseDisk(String(before)).diskType !== chooseDisk(String(after)).diskType,
  needsOtherImage: ({ before, after }: Candidate) =>
    chooseDisk(String(before)).image !== chooseDisk(String(after)).image,
  diskGrowsByItself: ({ platform }: Candidate) =>
    platform?.hosting.kind === 'cloudSql' && platform.hosting.disk.autoresize,
  madeByTerraform: ({ platform }: Candidate) =>
    platform?.hosting.kind === 'cloudSql' && platform.hosting.bootstrap === 'terraform',
  onVirtualMachines: ({ platform }: Candidate) => platform?.hosting.kind === 'virtualMachines',
  hasPooler: ({ platform }: Candidate) => (platform?.kubernetes?.pooler ?? null) !== null,
  keepsCronJob: (candidate: Candidate) => {
    const pipeline = findPipeline(candidate);
    return candidate.platform !== null && pipeline !== undefined && hasCronJob(candidate.platform, pipeline);
  },
  leavesCronJob: (candidate: Candidate) => {
    const pipeline = findPipeline(candidate);
    if (candidate.platform === null || pipeline === undefined || hasCronJob(candidate.platform, pipeline)) return false;
    return hasCronJob(candidate.platform, { ...pipeline, shards: 1 });
  },
} as const satisfies Record<string, (candidate: Candidate) => boolean>;

/** The pipeline that a change is of, as it will be. */
function findPipeline({ resource, platform }: Candidate): Pipeline | undefined {
  return platform?.pipelines.find(({ name }) => resource === `pipeline ${name}`);
}

/** Versions by their numbers: 0.9.11 is after 0.9.2, POSTGRES_15 before POSTGRES_16. */
function compareNumbers(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => (version.match(/\d+/g) ?? []).map(Number));
  for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
