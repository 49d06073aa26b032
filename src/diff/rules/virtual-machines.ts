import type { Rule } from './rule.ts';
import { google, ours } from './sources.ts';

const resource = 'virtualMachine *';
const instance = 'resource_compute_instance.go';
const guard = "The machine's deletion_protection makes apply refuse it until it is off.";
const stops = 'The machine stops and starts again (allow_stopping_for_update): its database is away meanwhile.';

export const virtualMachineRules: readonly Rule[] = [
  {
    resource,
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: `The machine and its data disk are deleted; a last snapshot of the disk stays. ${guard}`,
    loss: 'the database on it, but for that snapshot',
    source: google('resource_compute_disk.go', 'create_snapshot_before_destroy'),
  },
  {
    resource,
    field: 'zone',
    impact: 'replace',
    reason: `A machine and its disk stay in their zone: both are made anew, the disk empty. ${guard}`,
    loss: 'the database on it, but for the snapshot taken before the disk is deleted',
    source: google(instance, 'zone: ForceNew; resource_compute_disk.go, zone: ForceNew'),
  },
  {
    resource,
    field: 'machine',
    impact: 'replace',
    reason: `A machine and its disk keep their names for life: both are made anew, the disk empty. ${guard}`,
    loss: 'the database on it, but for the snapshot taken before the disk is deleted',
    source: google(instance, 'name: ForceNew; resource_compute_disk.go, name: ForceNew'),
  },
  {
    resource,
    field: 'region',
    impact: 'replace',
    reason:
      'Secrets stay in their region: empty ones are made, and each machine stores a new password in its own at its next boot.',
    loss: "the old secrets' versions",
    source: google('resource_secret_manager_secret.go', 'replication: ForceNew'),
  },
  {
    resource,
    field: 'network',
    impact: 'replace',
    reason: `The machine is made anew in the other network; its data disk is kept. ${guard}`,
    source: google(instance, 'network_interface.network: ForceNew'),
  },
  {
    resource,
    field: 'diskGb',
    when: ['shrinks'],
    impact: 'replace',
    reason: 'A disk never shrinks: it is made anew, empty.',
    loss: 'the database on it, but for the snapshot taken before the disk is deleted',
    source: google('resource_compute_disk.go', 'size: ForceNewIfChange IsDiskShrinkage'),
  },
  {
    resource,
    field: 'diskGb',
    impact: 'update',
    reason: 'The disk grows in place; its file system when the startup script next runs.',
    source: google('resource_compute_disk.go', 'size'),
  },
  {
    resource,
    field: 'machineType',
    impact: 'restart',
    reason: stops,
    source: google(instance, 'machine_type, allow_stopping_for_update'),
  },
  {
    resource,
    field: 'serviceAccount.*',
    impact: 'restart',
    reason: stops,
    source: google(instance, 'service_account, allow_stopping_for_update'),
  },
  {
    resource,
    field: 'subnetwork',
    impact: 'replace',
    reason: `The machine is made anew with an address in the other network; its data disk is kept. ${guard}`,
    source: google(instance, 'network_interface.subnetwork: ForceNew'),
  },
  {
    resource,
    field: 'externalAddress',
    impact: 'update',
    reason: 'An external address is given to or taken from the running machine; the firewall stays as it is.',
    source: google(instance, 'network_interface.access_config'),
  },
  {
    resource,
    field: 'passwordSecret',
    impact: 'replace',
    reason:
      'A secret keeps its name for life: a new, empty one is made, and the machine stores a new password in it at its next boot.',
    loss: "the old secret's versions",
    source: google('resource_secret_manager_secret.go', 'secret_id: ForceNew'),
  },
  {
    resource,
    field: 'caSecret',
    impact: 'replace',
    reason:
      "A secret keeps its name for life: the machine publishes its CA's certificate in the new one at its next boot.",
    source: google('resource_secret_manager_secret.go', 'secret_id: ForceNew'),
  },
  {
    resource,
    field: 'login',
    impact: 'update',
    reason: 'The startup script makes the new login; the old one stays, unused.',
    source: ours("the machine's startup script never drops a login"),
  },
  {
    resource,
    field: 'host',
    impact: 'update',
    reason:
      "Made of machine, zone and project, whose changes are listed; clients are given the new name, and the server's certificate must bear it.",
    source: 'Compute Engine documentation, "Internal DNS"',
  },
  {
    resource: 'virtualMachines.firewall',
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: 'The firewall rule is deleted with the machines it is for.',
    source: google('resource_compute_firewall.go', 'Delete'),
  },
  {
    resource: 'virtualMachines.firewall',
    field: '*',
    impact: 'update',
    reason: 'The firewall rule changes in place; connections from ranges that left it end.',
    source: google('resource_compute_firewall.go', 'source_ranges'),
  },
];
