import { suggestName } from '../../diagnostic/suggest.ts';
import type { Finding, RuleInput } from './rule.ts';

/**
 * Regions and machine types that Google Cloud does not have. Terraform and its provider pass any on. Warnings, since
 * Google Cloud grows: only a name that is not even built like one is told. Sources: Compute Engine, 'Regions and zones',
 * 'Machine families resource and comparison guide'.
 */
export function checkPlaces({ value }: RuleInput): readonly Finding[] {
  const replicas = value.hosting.cloudSql?.replicas ?? [];
  const regions: readonly (readonly [readonly (string | number)[], string | undefined])[] = [
    [['gcp', 'region'], value.gcp.region],
    ...replicas.map(({ region }, index) => [['hosting', 'cloudSql', 'replicas', index, 'region'], region] as const),
  ];
  const machines: typeof regions = [
    [['hosting', 'virtualMachines', 'machineType'], value.hosting.virtualMachines?.machineType],
    [['access', 'bastion', 'machineType'], value.access?.bastion?.machineType],
  ];
  return [
    ...regions.flatMap(([at, name]) => (name === undefined ? [] : toFinding(at, 'region', name, regionHint(name)))),
    ...machines.flatMap(([at, name]) =>
      name === undefined ? [] : toFinding(at, 'machine type', name, machineHint(name)),
    ),
  ];
}

function toFinding(at: Finding['at'], what: string, name: string, hint: string | null): readonly Finding[] {
  if (hint === null) return [];
  return [{ code: 'PF223', severity: 'warning', at, message: `Google Cloud has no ${what} like ${name}`, hint }];
}

const continents = ['africa', 'asia', 'australia', 'europe', 'me', 'northamerica', 'southamerica', 'us'];
const directions = ['central', 'east', 'north', 'northeast', 'northwest', 'south', 'southeast', 'southwest', 'west'];

/** CONTINENT-DIRECTIONn, or what to write instead. */
function regionHint(region: string): string | null {
  const [, continent = '', direction = '', number = ''] = /^([a-z]+)-([a-z]+)(\d+)$/.exec(region) ?? [];
  const near = [nearest(continent, continents), nearest(direction, directions)] as const;
  if (near[0] === continent && near[1] === direction) return null;
  const [first, second] = near;
  if (first === null || second === null) return 'write a region like europe-west1 or us-central1';
  return `did you mean ${first}-${second}${number}?`;
}

/** What follows the series. A series itself is a letter, a number and perhaps a letter; new ones come every year. */
const sizes = [
  ...['custom', 'highcpu', 'highgpu', 'highlssd', 'highmem', 'hypermem', 'maxgpu', 'medium', 'megagpu', 'megamem'],
  ...['micro', 'node', 'small', 'standard', 'standardlssd', 'ultragpu', 'ultramem'],
];

/** SERIES-CLASS[-n…], or what to write instead. */
function machineHint(type: string): string | null {
  if (type.startsWith('custom-')) return null; // of the first series, whose name is left out
  const [series = '', size = '', ...rest] = type.split('-');
  const built = /^[a-z]\d+[a-z]?$/.test(series);
  const near = nearest(size, sizes);
  if (built && near === size) return null;
  if (!built || near === null) return 'write a machine type like e2-standard-4';
  return `did you mean ${[series, near, ...rest].join('-')}?`;
}

function nearest(word: string, words: readonly string[]): string | null {
  return words.includes(word) ? word : suggestName(word, words, 2);
}
