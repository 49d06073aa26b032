import type { Artifact } from '../../artifact/artifact.ts';
import type { CloudSqlHosting, Platform } from '../../model/platform.ts';
import { chooseWay } from '../../model/proxy-way.ts';
import { regionOf } from '../../model/reach.ts';
import { hclBoolean, hclComment, hclMap, hclString } from '../../print/hcl.ts';
import { emitHcl, type HclView, viewNetwork } from './common.ts';

const folder = 'terraform';

/** What stands between the network and the instance, where it is made here. */
export function emitReach({ gcp }: Platform, { reach, replicas }: CloudSqlHosting): readonly Artifact[] {
  switch (reach.kind) {
    case 'privateServicesAccess':
      if (!reach.manage) return [];
      return [
        emitHcl(folder, 'terraform/private-services.tf', { allocatedRange: hclString(reach.allocatedRange ?? '') }),
      ];
    case 'privateServiceConnect':
      return [
        emitHcl(folder, 'terraform/endpoint.tf', {
          replicas: replicas.length > 0,
          otherProjects: reach.consumerProjects.filter((project) => project !== gcp.project).map(hclString),
          subnetworks: hclMap(
            reach.subnetworks.map((subnetwork) => [regionOf(subnetwork), hclString(subnetwork)]),
            1,
          ),
        }),
      ];
    default:
      return reach satisfies never;
  }
}

/** What `instance.tf` says of how the instance and its replicas are reached and encrypted. */
export function viewProtection(platform: Platform, hosting: CloudSqlHosting): HclView {
  const { reach, replicas, encryptionKey } = hosting;
  const services = reach.kind === 'privateServicesAccess' ? reach : null;
  return {
    ...viewNetwork(platform),
    presumesPeering: services !== null && !services.manage,
    allocatedRangeName: hclComment(services?.allocatedRange ?? 'google-managed-services'),
    allocatedRange: services?.allocatedRange == null ? null : hclString(services.allocatedRange),
    manage: services?.manage === true,
    sslMode: hclString(
      { encrypted: 'ENCRYPTED_ONLY', clientCertificate: 'TRUSTED_CLIENT_CERTIFICATE_REQUIRED' }[hosting.sslMode],
    ),
    connectorsOnly: hosting.connectorEnforcement,
    asksCertificate: hosting.sslMode === 'clientCertificate',
    encryptionKey: encryptionKey === null ? null : hclString(encryptionKey),
    publicAddress: chooseWay(platform) === 'public',
    replicaKeys: replicas.some((replica) => replica.encryptionKey !== null),
    ipConfiguration: viewIpConfiguration(platform, hosting),
  };
}

function viewIpConfiguration(platform: Platform, { reach }: CloudSqlHosting): HclView {
  const publicAddress = chooseWay(platform) === 'public';
  return {
    publicAddress,
    ipv4Enabled: hclBoolean(publicAddress),
    endpoint: reach.kind === 'privateServiceConnect',
    allocatedRange: reach.kind === 'privateServicesAccess' && reach.allocatedRange !== null,
  };
}
