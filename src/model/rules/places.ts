import { suggestName } from '../../diagnostic/suggest.ts';
import { listZones, regions } from '../regions.ts';
import { isOfKnownSeries } from './machine-types.ts';
import type { Finding, RuleInput } from './rule.ts';

/**
 * Regions, zones and machine types that Google Cloud does not have. Terraform and its provider pass any on. Warnings,
 * since Google Cloud grows. Sources: Compute Engine, 'Regions and zones', 'Machine families resource and comparison
 * guide'. Of series that grow no more, `checkMachineTypes` knows more.
 */
export function checkPlaces({ value }: RuleInput): readonly Finding[] {
  const sql = value.hosting.cloudSql;
  const replicas = sql?.replicas ?? [];
  const named: readonly (readonly [readonly (string | number)[], string | undefined])[] = [
    [['gcp', 'region'], value.gcp.region],
    [
      ['hosting', 'virtualMachines', 'backups', 'location'],
      findRegion(value.hosting.virtualMachines?.backups?.location),
    ],
    [['hosting', 'cloudSql', 'backups', 'location'], findRegion(sql?.backups?.location)],
    ...replicas.map(({ region }, index) => [['hosting', 'cloudSql', 'replicas', index, 'region'], region] as const),
  ];
  const machines: typeof named = [
    [['hosting', 'virtualMachines', 'machineType'], value.hosting.virtualMachines?.machineType],
    [['access', 'bastion', 'machineType'], value.access?.bastion?.machineType],
  ];
  const zones: typeof named = [
    [['hosting', 'virtualMachines', 'zone'], value.hosting.virtualMachines?.zone],
    [['access', 'bastion', 'zone'], value.access?.bastion?.zone],
    [['hosting', 'cloudSql', 'zone'], sql?.zone],
    [['hosting', 'cloudSql', 'secondaryZone'], sql?.secondaryZone],
    ...replicas.map(({ zone }, index) => [['hosting', 'cloudSql', 'replicas', index, 'zone'], zone] as const),
  ];
  return [
    ...checkZones(zones),
    ...named.flatMap(([at, name]) => (name === undefined ? [] : toFinding(at, 'region', name, regionHint(name)))),
    ...machines.flatMap(([at, name]) =>
      name === undefined ? [] : toFinding(at, 'machine type', name, machineHint(name)),
    ),
  ];
}

function toFinding(at: Finding['at'], what: string, name: string, hint: string | null): readonly Finding[] {
  if (hint === null) return [];
  return [{ code: 'PF223', severity: 'warning', at, message: `Google Cloud has no ${what} like ${name}`, hint }];
}

/** A bucket, or Cloud SQL's backups, may be in a region, or in EU, US or ASIA. */
function findRegion(location: string | undefined): string | undefined {
  return location?.includes('-') === true ? location : undefined;
}

/** What to write instead of a region that is not known. */
function regionHint(region: string): string | null {
  if (regions.includes(region)) return null;
  const near = suggestName(region, regions);
  if (near === null) return 'write a region like europe-west1 or us-central1';
  return `did you mean ${near}? (one that is newer than this compiler works all the same)`;
}

/** Zones that a known region does not have; that a zone is in the platform's region is `checkNetwork`'s. */
function checkZones(zones: readonly (readonly [Finding['at'], string | undefined])[]): readonly Finding[] {
  return zones.flatMap(([at, zone]): readonly Finding[] => {
    const known = zone === undefined ? [] : listZones(zone.slice(0, zone.lastIndexOf('-')));
    if (zone === undefined || known.length === 0 || known.includes(zone)) return [];
    const hint = `it has ${known.join(', ')}`;
    return [{ code: 'PF265', severity: 'warning', at, message: `its region has no zone ${zone}`, hint }];
  });
}

/** What follows the series. A series itself is a letter, a number and perhaps a letter; new ones come every year. */
const sizes = [
  ...['custom', 'highcpu', 'highgpu', 'highlssd', 'highmem', 'hypermem', 'maxgpu', 'medium', 'megagpu', 'megamem'],
  ...['micro', 'node', 'small', 'standard', 'standardlssd', 'ultragpu', 'ultramem'],
];

/** SERIES-CLASS[-n…], or what to write instead. */
function machineHint(type: string): string | null {
  // custom-… is of the first series, whose name is left out.
  if (type.startsWith('custom-') || isOfKnownSeries(type)) return null;
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
