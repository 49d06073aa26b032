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

/** A machine's network interface is in its zone's region. Source: Compute Engine, 'Subnets' (a subnet is regional). */
function checkSubnetworks(value: RuleInput['value']): readonly Finding[] {
  const { region } = value.gcp;
  const places: readonly (readonly [readonly string[], string | undefined])[] = [
    [['hosting', 'virtualMachines', 'subnetwork'], value.hosting.virtualMachines?.subnetwork],
    [['access', 'bastion', 'subnetwork'], value.access?.bastion?.subnetwork],
  ];
  return places.flatMap(([at, subnetwork]): readonly Finding[] => {
    const own = subnetwork?.split('/')[3];
    if (own === undefined || own === region) return [];
    const message = `a subnetwork of ${own}, and the machine is in ${region}`;
    const related = { at: ['gcp', 'region'], message: 'the region is set here' };
    return [{ code: 'PF202', at, message, hint: `write …/regions/${region}/subnetworks/…`, related }];
  });
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
