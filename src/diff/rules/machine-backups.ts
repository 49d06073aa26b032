import type { Rule } from './rule.ts';
import { google, ours } from './sources.ts';
import { data, guard } from './virtual-machines.ts';

const resource = 'virtualMachine *';
const policy = 'resource_compute_resource_policy.go';
const bucket = 'resource_storage_bucket.go';
const nextRun = 'once the startup script has run again on the machine: sudo google_metadata_script_runner startup.';

/** What is kept of a machine's database beside it, and what watches it. */
export const machineBackupRules: readonly Rule[] = [
  {
    id: 'machine/encryption-key-replaces',
    resource,
    field: 'encryptionKey',
    impact: 'replace',
    reason: `A disk keeps its key for life: machine and disk are made anew, the disk empty. ${guard}`,
    loss: data,
    source: google(
      'resource_compute_disk.go',
      'disk_encryption_key: ForceNew; resource_compute_instance.go, boot_disk.kms_key_self_link: ForceNew',
    ),
  },
  {
    id: 'machine/snapshots',
    resource,
    field: 'snapshots*',
    impact: 'update',
    reason: 'The schedule of snapshots changes in place; those that are there keep the time they were given.',
    source: google(policy, 'snapshot_schedule_policy'),
  },
  {
    id: 'machine/backups-made',
    resource,
    field: 'backups',
    when: ['appears'],
    impact: 'restart',
    reason: `The write-ahead log is kept from the restart of PostgreSQL on, and a full backup is made, ${nextRun}`,
    source: ours("the machine's startup script; PostgreSQL documentation, archive_mode: only at server start"),
  },
  {
    id: 'machine/bucket-made',
    resource,
    field: 'backups.location',
    when: ['appears'],
    impact: 'update',
    reason: 'Terraform makes a bucket; the one that the spec named stays as it is.',
    source: google(bucket, 'Create'),
  },
  {
    id: 'machine/bucket-replaces',
    resource,
    field: 'backups.location',
    impact: 'refused',
    reason:
      'A bucket stays where it was made, and Cloud Storage deletes none that has something in it: to leave it, `terraform state rm google_storage_bucket.backups` first.',
    source: google(bucket, 'location: ForceNew; force_destroy'),
  },
  {
    id: 'machine/bucket',
    resource,
    field: 'backups.bucket',
    impact: 'update',
    reason: `A first full backup is made in the other bucket ${nextRun} Those in the old one stay there.`,
    source: ours("the machine's startup script"),
  },
  {
    id: 'machine/backup-folder',
    resource,
    field: 'backupFolder',
    impact: 'update',
    reason: `A first full backup is made in the other folder ${nextRun} Those in the old one stay there.`,
    source: ours("the machine's startup script"),
  },
  {
    id: 'machine/fewer-backups',
    resource,
    field: 'backups.retained',
    when: ['shrinks'],
    impact: 'update',
    reason: `The oldest backups are deleted after the next one, ${nextRun} Soft delete keeps them for a while.`,
    loss: 'the oldest backups, and every second before the oldest that is kept',
    source: ours('pgBackRest, repo1-retention-full'),
  },
  {
    id: 'machine/backups',
    resource,
    field: 'backups.*',
    impact: 'update',
    reason: `It holds ${nextRun}`,
    source: ours("the machine's startup script"),
  },
  {
    id: 'machine/agent-installed',
    resource,
    field: 'opsAgent',
    when: ['turnsOn'],
    impact: 'update',
    reason: `The Ops Agent is installed ${nextRun}`,
    source: ours("the machine's startup script"),
  },
  {
    id: 'machine/agent-removed',
    resource,
    field: 'opsAgent',
    impact: 'update',
    reason: `The machine may send no more metrics and logs; the Ops Agent is stopped ${nextRun}`,
    source: ours("the machine's startup script"),
  },
];
