import { projectOf, regionOf } from '../reach.ts';
import type { Finding, RuleInput } from './rule.ts';

/** Zones and subnetworks in the region, ranges that are ranges. */
export function checkNetwork({ value }: RuleInput): readonly Finding[] {
  const { region } = value.gcp;
  const findings: Finding[] = [...checkSubnetworks(value)];
  const zones: [readonly string[], string | undefined][] = [
    [['hosting', 'virtualMachines', 'zone'], value.hosting.virtualMachines?.zone],
    [['access', 'bastion', 'zone'], value.access?.bastion?.zone],
  ];
  for (const [at, zone] of zones) {
    if (zone !== undefined && !zone.startsWith(`${region}-`)) {
      findings.push({
        code: 'PF202',
        at,
        message: `${zone} is not in ${region}`,
        hint: `write a zone of ${region}, e.g. ${region}-b, or change gcp.region`,
        related: { at: ['gcp', 'region'], message: 'the region is set here' },
      });
    }
  }
  const ranges: [readonly string[], readonly string[] | undefined][] = [
    [['hosting', 'virtualMachines', 'clients'], value.hosting.virtualMachines?.clients],
    [['kubernetes', 'databaseRanges'], value.kubernetes?.databaseRanges],
  ];
  for (const [at, list] of ranges) {
    for (const [index, range] of (list ?? []).entries()) {
      const problem = rangeProblem(range);
      if (problem !== null)
        findings.push({
          code: 'PF208',
          at: [...at, index],
          message: `${range} ${problem}`,
          hint: 'write the first address of the range and its length, e.g. 10.0.0.0/16',
        });
    }
  }
  return findings;
}

/**
 * A machine's network interface is in its zone's region, and a subnetwork is in its network's project, also where the
 * network is shared. Sources: VPC, 'Subnets' (a subnet is regional), 'Shared VPC' (subnets are the host project's).
 */
function checkSubnetworks(value: RuleInput['value']): readonly Finding[] {
  const { region } = value.gcp;
  const places: readonly (readonly [readonly string[], string | undefined])[] = [
    [['hosting', 'virtualMachines', 'subnetwork'], value.hosting.virtualMachines?.subnetwork],
    [['access', 'bastion', 'subnetwork'], value.access?.bastion?.subnetwork],
  ];
  return places.flatMap(([at, subnetwork]): readonly Finding[] => {
    if (subnetwork === undefined) return [];
    const own = regionOf(subnetwork);
    if (own === region) return checkSubnetworkProject(value, at, subnetwork);
    const message = `a subnetwork of ${own}, and the machine is in ${region}`;
    const related = { at: ['gcp', 'region'], message: 'the region is set here' };
    return [{ code: 'PF202', at, message, hint: `write …/regions/${region}/subnetworks/…`, related }];
  });
}

/** A subnetwork of another project than the network's: it cannot be one of that network. */
export function checkSubnetworkProject(
  { gcp }: RuleInput['value'],
  at: readonly (string | number)[],
  subnetwork: string,
): readonly Finding[] {
  const [own, wanted] = [projectOf(subnetwork), projectOf(gcp.network)];
  if (own === wanted) return [];
  const message = `a subnetwork of project ${own}, and the network is one of ${wanted}`;
  const related = { at: ['gcp', 'network'], message: 'the network is set here' };
  return [{ code: 'PF202', at, message, hint: `write projects/${wanted}/regions/…/subnetworks/…`, related }];
}

/** What is wrong with an IPv4 range; Google's API refuses host bits, and 0.0.0.0/0 opens a database to everyone. */
function rangeProblem(range: string): string | null {
  const [address = '', length = ''] = range.split('/');
  const octets = address.split('.').map(Number);
  const bits = Number(length);
  if (octets.some((octet) => octet > 255) || bits > 32) return 'is no address range';
  if (bits === 0) return 'is the whole internet';
  const number = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return number % 2 ** (32 - bits) === 0 ? null : 'has address bits past its length';
}
