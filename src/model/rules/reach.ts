import { regionOf } from '../reach.ts';
import { checkSubnetworkProject } from './network.ts';
import type { Finding, RuleInput } from './rule.ts';

const at = ['hosting', 'cloudSql'];

type CloudSqlSpec = NonNullable<RuleInput['value']['hosting']['cloudSql']>;

/** Ways to the instance that exclude each other, and endpoints that could not be made. */
export function checkReach({ value }: RuleInput): readonly Finding[] {
  const sql = value.hosting.cloudSql;
  if (sql === undefined) return [];
  return [...checkConnectors(sql), ...checkEndpoint(value, sql)];
}

/**
 * Source: Cloud SQL for PostgreSQL, 'Create read replicas' (of a primary with private IP that accepts connections from
 * connectors only, no replica can be made), and 'Cloud SQL Language Connectors overview', which says it of Private
 * Service Connect.
 */
function checkConnectors({ connectorEnforcement, replicas = [] }: CloudSqlSpec): readonly Finding[] {
  if (connectorEnforcement !== true || replicas.length === 0) return [];
  return [
    {
      code: 'PF244',
      at: [...at, 'connectorEnforcement'],
      message: 'Cloud SQL makes no replica of an instance that lets only connectors in',
      hint: 'leave connectorEnforcement out: sslMode: clientCertificate, its default then, asks for a certificate, which connectors have',
      related: { at: [...at, 'replicas'], message: 'the replicas are here' },
    },
  ];
}

function checkEndpoint(value: RuleInput['value'], sql: CloudSqlSpec): readonly Finding[] {
  if (sql.privateServiceConnect === undefined) return [];
  return [...checkWays(value, sql), ...checkSubnetworks(value, sql.privateServiceConnect.subnetworks)];
}

/**
 * Sources: google_sql_database_instance, `private_network` (of an instance with both, one can never be taken away again:
 * so the platform gives it one); google/go-cloud #3670 (the connector inside the PostgreSQL provider, `gcppostgres`, knows
 * no Private Service Connect).
 */
function checkWays(value: RuleInput['value'], sql: CloudSqlSpec): readonly Finding[] {
  const related = { at: [...at, 'privateServiceConnect'], message: 'Private Service Connect is asked for here' };
  const findings: Finding[] = [];
  if (sql.privateServicesAccess !== undefined)
    findings.push({
      code: 'PF245',
      at: [...at, 'privateServicesAccess'],
      onKey: true,
      message: 'an instance has private services access or Private Service Connect, not both',
      hint: 'remove one of them; below an environment, privateServicesAccess: null takes away what the base has',
      related,
    });
  if (value.kubernetes?.proxy?.privateIp === false)
    findings.push({
      code: 'PF245',
      at: ['kubernetes', 'proxy', 'privateIp'],
      message: 'with Private Service Connect the instance has no address, and so no public one',
      hint: 'remove privateIp, or privateServiceConnect',
      related,
    });
  if (sql.bootstrap === 'terraform')
    findings.push({
      code: 'PF245',
      at: [...at, 'bootstrap'],
      message: "the PostgreSQL provider's way to Cloud SQL (gcppostgres) knows no Private Service Connect",
      hint: 'write bootstrap: job',
      related,
    });
  return findings;
}

/** Source: Private Service Connect, 'About accessing published services' (an endpoint is in its attachment's region). */
function checkSubnetworks(value: RuleInput['value'], subnetworks: readonly string[]): readonly Finding[] {
  const list = [...at, 'privateServiceConnect', 'subnetworks'];
  const replicas = value.hosting.cloudSql?.replicas ?? [];
  const wanted = new Set([value.gcp.region, ...replicas.map(({ region }) => region ?? value.gcp.region)]);
  const seen = new Set<string>();
  const findings = subnetworks.flatMap((subnetwork, index): readonly Finding[] => {
    const region = regionOf(subnetwork);
    const twice = seen.has(region);
    seen.add(region);
    const refuse = (message: string, hint: string): readonly Finding[] => [
      { code: 'PF246', at: [...list, index], message, hint },
    ];
    if (twice) return refuse(`a second subnetwork for the endpoints in ${region}`, 'keep one of them');
    if (wanted.has(region)) return checkSubnetworkProject(value, [...list, index], subnetwork);
    return refuse(`no instance is in ${region}`, `write subnetworks of ${[...wanted].join(' and ')}`);
  });
  const missing = [...wanted].filter((region) => !seen.has(region));
  return [
    ...findings,
    ...missing.map((region): Finding => {
      const message = `an instance in ${region} has no subnetwork for its endpoint`;
      return { code: 'PF246', at: list, onKey: true, message, hint: `add projects/…/regions/${region}/subnetworks/…` };
    }),
  ];
}
