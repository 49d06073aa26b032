import type { CloudSqlHosting, Label, Platform } from '../model/platform.ts';
import { sortByName } from '../model/values.ts';
import type { Answers, Instance, InstanceSettings } from './answers.ts';
import { isGooglesLabel } from './googles-own.ts';
import {
  asModel,
  availabilities,
  readSettings,
  type Shown,
  showBackups,
  showChoices,
  showConnectionPool,
  showDisk,
  showInsights,
  showMaintenance,
  showPasswordPolicy,
} from './show-settings.ts';
import { readFlag, readText, readWord } from './values.ts';

/**
 * The spec's platform with all that the instance and its replicas show put in its place. What the Admin API does not
 * show stays as the spec has it (`unseen` names it), and so is never a difference. Pure.
 */
export function showPlatform(spec: Platform, hosting: CloudSqlHosting, answers: Answers): Platform {
  const { instance } = answers;
  const settings = instance.settings ?? {};
  const shown: Shown<CloudSqlHosting> = {
    ...hosting,
    version: readText(readWord({}, instance.databaseVersion)) ?? hosting.version,
    ...showChoices(settings, hosting),
    disk: showDisk(settings, hosting.disk),
    backups: showBackups(settings, hosting.backups),
    maintenance: showMaintenance(settings, hosting.maintenance),
    insights: showInsights(settings, hosting.insights),
    flags: readSettings(settings.databaseFlags),
    passwordPolicy: showPasswordPolicy(settings),
    connectionPool: showConnectionPool(settings),
    deletionProtection: readFlag(settings.deletionProtectionEnabled) ?? false,
    ...showReach(settings, hosting),
    encryptionKey: readKey(instance),
    replicas: hosting.replicas.map((replica) => showReplica(replica, hosting, answers.replicas.get(replica.instance))),
  };
  return {
    ...spec,
    labels: showLabels(settings),
    gcp: { ...spec.gcp, region: readText(instance.region) ?? spec.gcp.region, network: showNetwork(spec, settings) },
    hosting: asModel(shown),
  };
}

function showLabels({ userLabels }: InstanceSettings): readonly Label[] {
  const labels = Object.entries(userLabels ?? {}).map(([key, value]) => ({ key, value }));
  return sortByName(
    labels.filter(({ key }) => !isGooglesLabel(key)),
    ({ key }) => key,
  );
}

/** An instance with Private Service Connect alone has no address in a network: the spec's stands. */
function showNetwork({ gcp }: Platform, { ipConfiguration }: InstanceSettings): string {
  const network = readText(ipConfiguration?.privateNetwork)?.replace(/^.*?(?=projects\/)/, '');
  return network ?? (ipConfiguration?.pscConfig?.pscEnabled === true ? gcp.network : 'none');
}

const sslModes = { ENCRYPTED_ONLY: 'encrypted', TRUSTED_CLIENT_CERTIFICATE_REQUIRED: 'clientCertificate' };

function showReach(
  settings: InstanceSettings,
  { reach }: CloudSqlHosting,
): Shown<Pick<CloudSqlHosting, 'reach' | 'connectorEnforcement' | 'sslMode'>> {
  const ip = settings.ipConfiguration;
  return {
    reach:
      ip?.pscConfig?.pscEnabled === true
        ? {
            kind: 'privateServiceConnect',
            subnetworks: reach.kind === 'privateServiceConnect' ? reach.subnetworks : [],
            consumerProjects: [...(ip.pscConfig.allowedConsumerProjects ?? [])].sort(),
          }
        : {
            kind: 'privateServicesAccess',
            allocatedRange: readText(ip?.allocatedIpRange),
            manage: reach.kind === 'privateServicesAccess' && reach.manage,
          },
    connectorEnforcement: settings.connectorEnforcement === 'REQUIRED',
    sslMode: readWord(sslModes, ip?.sslMode) ?? 'ALLOW_UNENCRYPTED_AND_ENCRYPTED',
  };
}

function readKey({ diskEncryptionConfiguration }: Instance): string | null {
  return readText(diskEncryptionConfiguration?.kmsKeyName);
}

type Replica = CloudSqlHosting['replicas'][number];

/** One that is not there stays as the spec has it: that it is missing is said of it as a whole. */
function showReplica(replica: Replica, primary: CloudSqlHosting, found: Instance | null | undefined): Replica {
  if (found === null || found === undefined) return replica;
  const settings = found.settings ?? {};
  const inherited = new Map(primary.flags.map(({ name, value }) => [name, value]));
  const shown: Shown<Replica> = {
    ...replica,
    region: readText(found.region) ?? replica.region,
    tier: readText(settings.tier) ?? replica.tier,
    availability: readWord(availabilities, settings.availabilityType) ?? replica.availability,
    zone: replica.zone === null ? null : readText(settings.locationPreference?.zone),
    // Null in the model is the primary's key, which the API gives back of each.
    encryptionKey: replica.encryptionKey === null ? null : readKey(found),
    flags: readSettings(settings.databaseFlags).filter(
      ({ name, value }) => inherited.get(name) !== value || replica.flags.some((own) => own.name === name),
    ),
  };
  return asModel(shown);
}
