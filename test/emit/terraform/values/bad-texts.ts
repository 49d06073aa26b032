import type { Code } from '../../../../src/diagnostic/catalog.ts';

/** A value that validate refuses, and by which code; a warning where Google Cloud may have grown to have it. */
export type BadText = readonly [value: string, code: Code, severity?: 'warning'];

const long = (length: number) => 'a'.repeat(length);

/**
 * What Google's APIs would refuse at apply, by the key of the spec that says it: Terraform and its provider pass most of
 * these on. (A key of a fixed list, a bound or a switch needs none: the test makes those from the schema.)
 */
export const badTexts: Readonly<Record<string, readonly BadText[]>> = {
  name: [
    ['Full', 'PF105'],
    [long(21), 'PF105'],
    ['ends-', 'PF105'],
  ],
  'labels.* (key)': [
    ['Team', 'PF105'],
    [long(64), 'PF105'],
    ['platform', 'PF206'],
  ],
  'labels.*': [
    ['Earth', 'PF105'],
    ['a b', 'PF105'],
    [long(64), 'PF105'],
  ],
  'gcp.project': [
    ['Acme', 'PF105'],
    ['acme', 'PF105'],
    [long(31), 'PF105'],
  ],
  'gcp.region': [
    ['europe-west1-b', 'PF105'],
    ['europ-west1', 'PF223', 'warning'],
    ['europe-west5', 'PF223', 'warning'],
    ['us-east1', 'PF202'],
  ],
  'gcp.network': [
    ['main', 'PF105'],
    ['projects/acme-earth/networks/main', 'PF105'],
    ['projects/acme-earth/global/networks/Main', 'PF105'],
  ],
  'gcp.terraformState': [
    ['acme-earth-state', 'PF105'],
    ['gs://Acme/full', 'PF105'],
    ['gs://google-state/full', 'PF220'],
    ['gs://a..b/full', 'PF220'],
  ],
  'hosting.cloudSql.tier': [
    ['db-custom-2-9999999', 'PF203'],
    ['db-custom-3-7680', 'PF203'],
    ['db-custom-4-16384', 'PF203'],
    ['e2-standard-4', 'PF105'],
  ],
  'hosting.cloudSql.backups.startTime': [
    ['25:99', 'PF105'],
    ['24:00', 'PF105'],
    ['3:00', 'PF105'],
  ],
  'hosting.cloudSql.zone': [
    ['europe-west1', 'PF105'],
    ['us-central1-a', 'PF202'],
  ],
  'hosting.cloudSql.secondaryZone': [
    ['europe-west1', 'PF105'],
    ['us-central1-a', 'PF202'],
    ['europe-west1-b', 'PF204'],
  ],
  'hosting.cloudSql.backups.location': [
    ['europe', 'PF105'],
    ['europe-west1-b', 'PF105'],
  ],
  'hosting.cloudSql.maintenance.deny.start': [
    ['12-15', 'PF105'],
    ['2026-02-30', 'PF230'],
    ['2026-01-01', 'PF235'],
  ],
  'hosting.cloudSql.maintenance.deny.end': [
    ['01-05', 'PF105'],
    ['2027-02-30', 'PF230'],
    ['2026-12-14', 'PF235'],
  ],
  'hosting.cloudSql.maintenance.deny.time': [
    ['24:00', 'PF105'],
    ['06:00:00', 'PF105'],
  ],
  'hosting.cloudSql.connectionPool.flags.* (key)': [
    ['Max_Pool_Size', 'PF105'],
    ['pool_mode', 'PF209'],
    ['max_pol_size', 'PF212', 'warning'],
  ],
  'hosting.cloudSql.connectionPool.flags.*': [['50\u0007', 'PF105']],
  'hosting.cloudSql.flags.* (key)': [
    ['Max_Connections', 'PF105'],
    ['max_conections', 'PF212'],
    ['block_size', 'PF212'],
  ],
  'hosting.cloudSql.flags.*': [
    ['many', 'PF213'],
    ['-2', 'PF213'],
  ],
  'hosting.cloudSql.replicas.*.name': [
    ['Read', 'PF105'],
    [long(21), 'PF105'],
  ],
  'hosting.cloudSql.replicas.*.renamedFrom': [['Read', 'PF105']],
  'access.workloads.*.renamedFrom': [['Task', 'PF105']],
  'hosting.cloudSql.replicas.*.region': [
    ['europe-west4-a', 'PF105'],
    ['eurpe-west4', 'PF223', 'warning'],
  ],
  'hosting.cloudSql.replicas.*.tier': [['db-custom-2-9999999', 'PF203']],
  'hosting.cloudSql.alerts.notify.*': [
    ['oncall@example', 'PF105'],
    ['projects/acme-operations/notificationChannels/1', 'PF254'],
    ['projects/acme-earth/notificationChannels/oncall', 'PF105'],
  ],
  'hosting.virtualMachines.alerts.notify.*': [
    ['on call@example.org', 'PF105'],
    ['projects/acme-operations/notificationChannels/1', 'PF254'],
  ],
  'hosting.virtualMachines.zone': [
    ['europe-west1', 'PF105'],
    ['us-central1-a', 'PF202'],
    ['europe-west1-a', 'PF265', 'warning'],
  ],
  'hosting.virtualMachines.machineType': [
    ['e2-stanard-4', 'PF264'],
    ['e2-standard-6', 'PF264'],
    ['xyz-standard-4', 'PF223', 'warning'],
    ['standard', 'PF105'],
  ],
  'hosting.virtualMachines.clients.*': [
    ['10.0.0.0', 'PF105'],
    ['10.0.0.256/24', 'PF208'],
    ['10.0.0.1/16', 'PF208'],
    ['0.0.0.0/0', 'PF208'],
  ],
  'hosting.virtualMachines.subnetwork': [
    ['main', 'PF105'],
    ['projects/acme-earth/regions/us-central1/subnetworks/main', 'PF202'],
  ],
  'hosting.virtualMachines.encryptionKey': [
    ['machines', 'PF105'],
    ['projects/acme-keys/locations/europe-west1/keyRings/databases', 'PF105'],
    ['projects/acme-keys/locations/us-central1/keyRings/databases/cryptoKeys/machines', 'PF258'],
  ],
  'hosting.virtualMachines.backups.bucket': [
    ['acme-earth-backups', 'PF105'],
    ['gs://Acme', 'PF105'],
    ['gs://google-backups', 'PF220'],
  ],
  'hosting.virtualMachines.backups.location': [
    ['Europe', 'PF105'],
    ['europ-west1', 'PF223', 'warning'],
  ],
  'access.people.*.member': [
    ['ana@example.org', 'PF105'],
    ['user:ana', 'PF105'],
    ['serviceAccount:ana@example.org', 'PF105'],
    [`user:${long(60)}@example.org`, 'PF220'],
  ],
  'access.workloads.* (key)': [
    ['Task', 'PF105'],
    [long(31), 'PF105'],
    ['init', 'PF206'],
  ],
  'access.workloads.*.namespace': [
    ['Metaflow', 'PF105'],
    [long(64), 'PF105'],
  ],
  'access.workloads.*.serviceAccount': [
    ['Metaflow', 'PF105'],
    [long(64), 'PF105'],
  ],
  'access.bastion.zone': [
    ['us-central1-a', 'PF202'],
    ['europe-west1-f', 'PF265', 'warning'],
  ],
  'access.bastion.machineType': [['e2-mikro', 'PF264']],
  'access.bastion.subnetwork': [['projects/acme-earth/regions/us-central1/subnetworks/main', 'PF202']],
  'kubernetes.namespace': [['Metaflow', 'PF105']],
  'metaflow.datastore': [
    ['acme-earth-metaflow', 'PF105'],
    ['gs://goog-metaflow', 'PF220'],
  ],
  'metaflow.workload': [['nobody', 'PF201']],
  'pipelines.*.download.to': [
    ['s3://acme-earth-assets', 'PF222'],
    ['gs://192.168.1.1', 'PF220'],
  ],
  'hosting.cloudSql.privateServicesAccess.allocatedRange': [
    ['10.0.0.0/16', 'PF105'],
    ['Range', 'PF105'],
    [long(64), 'PF105'],
  ],
  'hosting.cloudSql.privateServiceConnect.subnetworks.*': [
    ['main', 'PF105'],
    ['projects/acme-earth/regions/us-central1/subnetworks/main', 'PF246'],
  ],
  'hosting.cloudSql.privateServiceConnect.consumerProjects.*': [
    ['Acme', 'PF105'],
    ['acme', 'PF105'],
    [long(31), 'PF105'],
  ],
  'hosting.cloudSql.encryptionKey': [
    ['key', 'PF105'],
    ['projects/acme-keys/locations/europe-west1/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1', 'PF105'],
    ['projects/acme-keys/locations/europe/keyRings/r/cryptoKeys/k', 'PF258'],
  ],
  'hosting.cloudSql.replicas.*.encryptionKey': [
    ['key', 'PF105'],
    ['projects/acme-keys/locations/europe-west1/keyRings/r/cryptoKeys/k', 'PF258'],
  ],
  'access.bastion.encryptionKey': [
    ['key', 'PF105'],
    ['projects/acme-keys/locations/us-central1/keyRings/r/cryptoKeys/k', 'PF258'],
  ],
};
