import { suggestName } from '../../diagnostic/suggest.ts';
import type { Finding, RuleInput } from './rule.ts';

/**
 * The series that Google no longer adds to, with their sizes: the class and the numbers of vCPUs it comes with. Of newer
 * series any size may come. Source: Compute Engine, 'General-purpose machine family' (E2, N1, N2, N2D, Tau T2D, Tau T2A).
 */
const series: Readonly<Record<string, Readonly<Record<string, readonly number[] | 'any'>>>> = {
  e2: {
    standard: [2, 4, 8, 16, 32],
    highmem: [2, 4, 8, 16],
    highcpu: [2, 4, 8, 16, 32],
    micro: [],
    small: [],
    medium: [],
    custom: 'any',
  },
  f1: { micro: [] },
  g1: { small: [] },
  n1: {
    standard: [1, 2, 4, 8, 16, 32, 64, 96],
    highmem: [2, 4, 8, 16, 32, 64, 96],
    highcpu: [2, 4, 8, 16, 32, 64, 96],
    megamem: [96],
    ultramem: [40, 80, 160],
    custom: 'any',
  },
  n2: {
    standard: [2, 4, 8, 16, 32, 48, 64, 80, 96, 128],
    highmem: [2, 4, 8, 16, 32, 48, 64, 80, 96, 128],
    highcpu: [2, 4, 8, 16, 32, 48, 64, 80, 96],
    custom: 'any',
  },
  n2d: {
    standard: [2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224],
    highmem: [2, 4, 8, 16, 32, 48, 64, 80, 96],
    highcpu: [2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224],
    custom: 'any',
  },
  t2a: { standard: [1, 2, 4, 8, 16, 32, 48] },
  t2d: { standard: [1, 2, 4, 8, 16, 32, 48, 60] },
};

/** Whether all machine types of its series are known here. */
export function isOfKnownSeries(type: string): boolean {
  return Object.hasOwn(series, type.split('-', 1)[0] ?? '');
}

/** Machine types that a known series does not have: Terraform passes them on, and the API refuses them at apply. */
export function checkMachineTypes({ value }: RuleInput): readonly Finding[] {
  const places: readonly (readonly [readonly string[], string | undefined])[] = [
    [['hosting', 'virtualMachines', 'machineType'], value.hosting.virtualMachines?.machineType],
    [['access', 'bastion', 'machineType'], value.access?.bastion?.machineType],
  ];
  return places.flatMap(([at, type]): readonly Finding[] => {
    const hint = type === undefined || !isOfKnownSeries(type) ? null : correctType(type);
    return hint === null ? [] : [{ code: 'PF264', at, message: `there is no machine type ${type}`, hint }];
  });
}

/** What to write instead, or null where there is such a type. */
function correctType(type: string): string | null {
  const [name = '', size = '', count, ...rest] = type.split('-');
  const sizes = series[name] ?? {};
  const near = Object.hasOwn(sizes, size) ? size : suggestName(size, Object.keys(sizes));
  const counts = sizes[near ?? ''];
  if (near === null || counts === undefined) return `${name} has ${Object.keys(sizes).join(', ')}`;
  if (counts === 'any') return near === size ? null : `did you mean ${[name, near, count, ...rest].join('-')}?`;
  if (counts.length === 0) return type === `${name}-${near}` ? null : `did you mean ${name}-${near}?`;
  const isOne = near === size && rest.length === 0 && counts.some((cpus) => String(cpus) === count);
  return isOne
    ? null
    : `${name}-${near} comes with ${counts.join(', ')} vCPUs: write ${name}-${near}-${nearest(counts, Number(count))}, say`;
}

/** The smallest that is enough, as far as one is. */
function nearest(counts: readonly number[], wanted: number): number | undefined {
  return counts.find((cpus) => cpus >= wanted) ?? (Number.isNaN(wanted) ? counts[0] : counts.at(-1));
}
