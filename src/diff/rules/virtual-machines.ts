import type { Rule } from './rule.ts';
import { documentation, google, ours } from './sources.ts';

const resource = 'virtualMachine *';
const instance = 'resource_compute_instance.go';
export const guard = 'While deletionProtection is on, Terraform refuses it.';
/** What is lost with a data disk. */
export const data = 'the database on it, but for its backups and the snapshot taken before the disk is deleted';
const stops = 'The machine stops and starts again (allow_stopping_for_update): its database is away meanwhile.';

export const virtualMachineRules: readonly Rule[] = [
  {
    id: 'machine/removed',
    resource,
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: `The machine and its data disk are deleted by \`terraform destroy\` in terraform/postgres_vms, before the next compile takes that folder away; a last snapshot of the disk stays. ${guard}`,
    loss: 'the database on it, but for that snapshot',
    source: google('resource_compute_disk.go', 'create_snapshot_before_destroy'),
  },
  {
    id: 'machine/zone-replaces',
    resource,
    field: 'zone',
    impact: 'replace',
    reason: `A machine and its disk stay in their zone: both are made anew, the disk empty. ${guard}`,
    loss: data,
    source: google(instance, 'zone: ForceNew; resource_compute_disk.go, zone: ForceNew'),
  },
  {
    id: 'machine/name-replaces',
    resource,
    field: 'machine',
    impact: 'replace',
    reason: `A machine and its disk keep their names for life: both are made anew, the disk empty. ${guard}`,
    loss: data,
    source: google(instance, 'name: ForceNew; resource_compute_disk.go, name: ForceNew'),
  },
  {
    id: 'machine/region-replaces-secrets',
    resource,
    field: 'region',
    impact: 'replace',
    reason:
      'Secrets stay in their region: empty ones are made, and each machine stores a new password in its own at its next boot.',
    loss: "the old secrets' versions",
    source: google('resource_secret_manager_secret.go', 'replication: ForceNew'),
  },
  {
    id: 'machine/network-replaces',
    resource,
    field: 'network',
    impact: 'replace',
    reason: `The machine is made anew in the other network; its data disk is kept. ${guard}`,
    source: google(instance, 'network_interface.network: ForceNew'),
  },
  {
    id: 'machine/disk-shrink-replaces',
    resource,
    field: 'diskGb',
    when: ['shrinks'],
    impact: 'replace',
    reason: `A disk never shrinks: it is made anew, empty. ${guard}`,
    loss: data,
    source: google('resource_compute_disk.go', 'size: ForceNewIfChange IsDiskShrinkage'),
  },
  {
    id: 'machine/disk-grows',
    resource,
    field: 'diskGb',
    impact: 'update',
    reason: 'The disk grows in place; its file system when the startup script next runs.',
    source: google('resource_compute_disk.go', 'size'),
  },
  {
    id: 'machine/type-replaces-disk',
    resource,
    field: 'machineType',
    when: ['needsOtherDisk'],
    impact: 'replace',
    reason: `That family of machines takes another type of disk: machine and disk are made anew, the disk empty. ${guard}`,
    loss: data,
    source: google(
      'resource_compute_disk.go',
      'type: ForceNew; Compute Engine documentation, "Machine families resource guide"',
    ),
  },
  {
    id: 'machine/type-replaces-image',
    resource,
    field: 'machineType',
    when: ['needsOtherImage'],
    impact: 'replace',
    reason: `Another processor needs another image: the machine is made anew; its data disk is kept. ${guard}`,
    source: google(instance, 'boot_disk.initialize_params.image: ForceNew'),
  },
  {
    id: 'machine/type-restarts',
    resource,
    field: 'machineType',
    impact: 'restart',
    reason: stops,
    source: google(instance, 'machine_type, allow_stopping_for_update'),
  },
  {
    id: 'machine/service-account-restarts',
    resource,
    field: 'serviceAccount.*',
    impact: 'restart',
    reason: stops,
    source: google(instance, 'service_account, allow_stopping_for_update'),
  },
  {
    id: 'machine/subnetwork-replaces',
    resource,
    field: 'subnetwork',
    impact: 'replace',
    reason: `The machine is made anew with an address in the other network; its data disk is kept. ${guard}`,
    source: google(instance, 'network_interface.subnetwork: ForceNew'),
  },
  {
    id: 'machine/external-address',
    resource,
    field: 'externalAddress',
    impact: 'update',
    reason: 'An external address is given to or taken from the running machine; the firewall stays as it is.',
    source: google(instance, 'network_interface.access_config'),
  },
  {
    id: 'machine/password-secret',
    resource,
    field: 'passwordSecret',
    impact: 'replace',
    reason:
      'A secret keeps its name for life: a new, empty one is made, and the machine stores a new password in it at its next boot.',
    loss: "the old secret's versions",
    source: google('resource_secret_manager_secret.go', 'secret_id: ForceNew'),
  },
  {
    id: 'machine/passwords-from-secret-manager',
    resource,
    field: 'passwords',
    when: ['leavesMetadata'],
    impact: 'update',
    reason:
      "The machine's metadata forget the password, which stays what it is: former states of Terraform still tell it, so add another version to its secret and run the startup script.",
    source: ours("the machine's startup script keeps what the secret has"),
  },
  {
    id: 'machine/passwords-from-metadata',
    resource,
    field: 'passwords',
    impact: 'update',
    reason:
      "The machine's metadata change in place. When its startup script next runs, the login has the variable's password, and the secret a version with it, which clients read.",
    source: google(instance, 'metadata: updated in place; platform: read_password of the startup script'),
  },
  {
    id: 'machine/ca-secret',
    resource,
    field: 'caSecret',
    impact: 'replace',
    reason:
      "A secret keeps its name for life: the machine publishes its CA's certificate in the new one at its next boot.",
    source: google('resource_secret_manager_secret.go', 'secret_id: ForceNew'),
  },
  {
    id: 'machine/protection-off',
    resource,
    field: 'deletionProtection',
    when: ['turnsOff'],
    impact: 'update',
    reason:
      'From then on Terraform and the console may delete the machine, and Terraform its data disk and the bucket of backups that it made.',
    source: google(instance, 'deletion_protection; Terraform documentation, "prevent_destroy"'),
  },
  {
    id: 'machine/protection-on',
    resource,
    field: 'deletionProtection',
    impact: 'update',
    reason:
      'From then on nothing deletes the machine, and Terraform neither its data disk nor the bucket of backups that it made.',
    source: google(instance, 'deletion_protection; Terraform documentation, "prevent_destroy"'),
  },
  {
    id: 'machine/login',
    resource,
    field: 'login',
    impact: 'update',
    reason: 'The startup script makes the new login; the old one stays, unused.',
    source: ours("the machine's startup script never drops a login"),
  },
  {
    id: 'machine/host',
    resource,
    field: 'host',
    impact: 'update',
    reason:
      "Made of machine, zone and project, whose changes are listed; clients are given the new name, and the server's certificate must bear it.",
    source: documentation('Compute Engine documentation, "Internal DNS"'),
  },
  {
    id: 'machine/firewall-removed',
    resource: 'virtualMachines.firewall',
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: 'The firewall rule is deleted with the machines it is for.',
    source: google('resource_compute_firewall.go', 'Delete'),
  },
  {
    id: 'machine/firewall',
    resource: 'virtualMachines.firewall',
    field: '*',
    impact: 'update',
    reason:
      'The firewall rule changes in place; connections from ranges that left it end. A range that is new gets in once the startup script has run again on each machine: sudo google_metadata_script_runner startup.',
    source: google('resource_compute_firewall.go', 'source_ranges; platform: pg_hba.conf is of the startup script'),
  },
];
