import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { ValidEnvironment } from '../../spec/validate.ts';
import { toDiagnostic } from './rule.ts';

/** Environments that would get into each other's way. */
export function checkEnvironments(environments: readonly ValidEnvironment[]): readonly Diagnostic[] {
  return [...checkMachines(environments), ...checkPeerings(environments)];
}

/**
 * Two that make what a network has once. Source: Service Networking, 'Configure private services access' (one private
 * connection for each network and service producer).
 */
function checkPeerings(environments: readonly ValidEnvironment[]): readonly Diagnostic[] {
  const owners = new Map<string, string>();
  return environments.flatMap(({ name, node, value }): readonly Diagnostic[] => {
    if (value.hosting.cloudSql?.privateServicesAccess?.manage !== true) return [];
    const { network } = value.gcp;
    const owner = owners.get(network);
    if (owner === undefined) {
      owners.set(network, name);
      return [];
    }
    const at = ['hosting', 'cloudSql', 'privateServicesAccess', 'manage'];
    const message = `${owner} and ${name} would both make the connection of ${network} to Google's services`;
    const hint = `let one of them manage it: manage: false below environments.${name}`;
    return [toDiagnostic(node, { code: 'PF248', at, message, hint })];
  });
}

/**
 * What is made on Google Cloud has the environment in its name, but for the two machines, and a machine's name is unique
 * in its project and zone (Compute Engine, 'Naming resources').
 */
function checkMachines(environments: readonly ValidEnvironment[]): readonly Diagnostic[] {
  const owners = new Map<string, string>();
  return environments.flatMap(({ name, node, value }): readonly Diagnostic[] => {
    const zone = value.hosting.virtualMachines?.zone;
    if (zone === undefined) return [];
    const { project } = value.gcp;
    const place = `${project} ${zone}`;
    const owner = owners.get(place);
    if (owner === undefined) {
      owners.set(place, name);
      return [];
    }
    const at = ['hosting', 'virtualMachines', 'zone'];
    const message = `${owner} and ${name} would both have ingest-postgres and pgstac-postgres in ${zone} of ${project}`;
    const hint = `give ${name} a project of its own below environments.${name} (gcp.project), or another zone`;
    return [toDiagnostic(node, { code: 'PF206', at, message, hint })];
  });
}
