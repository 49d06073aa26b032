import { flagRules } from './flags.ts';
import type { Rule } from './rule.ts';
import { cloudSqlAvailability, documentation, google } from './sources.ts';

const file = 'resource_sql_database_instance.go';
const resource = 'cloudSql.instance';
export const everything = 'both databases: every item and collection, the ledger, quarantine and ingestion log';
export const guard = 'While deletionProtection is on, apply refuses it.';

export const cloudSqlRules: readonly Rule[] = [
  {
    id: 'cloudsql/removed',
    resource,
    field: null,
    when: ['disappears'],
    impact: 'destroy',
    reason: `The instance is deleted. ${guard}`,
    loss: `${everything}; backups too, unless backups.retainOnDelete was on when it was deleted`,
    source: google(file, 'Delete, settings.retain_backups_on_delete'),
  },
  {
    id: 'cloudsql/name-replaces',
    resource,
    field: 'instance',
    impact: 'replace',
    reason: `An instance keeps its name for life: this one is deleted and an empty one made. ${guard}`,
    loss: everything,
    source: google(file, 'name: ForceNew'),
  },
  {
    id: 'cloudsql/region-replaces',
    resource,
    field: 'region',
    impact: 'replace',
    reason: `An instance stays in its region: this one is deleted and an empty one made. ${guard}`,
    loss: everything,
    source: google(file, 'region: ForceNew'),
  },
  {
    id: 'cloudsql/network-restarts',
    resource,
    field: 'network',
    impact: 'restart',
    reason:
      'It gets an address in the other network, which needs private services access; every connection ends, though a plan shows a change in place.',
    source: google(file, 'settings.ip_configuration.private_network: ForceNew only where it is taken away'),
  },
  {
    id: 'cloudsql/connection-name',
    resource,
    field: 'connectionName',
    impact: 'update',
    reason: 'Made of project, region and instance, whose changes are listed; proxies are given the new one.',
    source: google(file, 'connection_name: Computed'),
  },
  {
    id: 'cloudsql/version-downgrade-refused',
    resource,
    field: 'version',
    when: ['lowersVersion'],
    impact: 'refused',
    reason:
      'Cloud SQL upgrades an instance in place and never goes back, though a plan shows the change as one in place.',
    source: google(file, 'database_version: not ForceNew; the API refuses a downgrade'),
  },
  {
    id: 'cloudsql/version-upgrade-restarts',
    resource,
    field: 'version',
    impact: 'restart',
    reason: 'A major upgrade in place: the instance is down for minutes, longer with many databases and indexes.',
    source: documentation('Cloud SQL for PostgreSQL documentation, "Upgrade the database major version in-place"'),
  },
  {
    id: 'cloudsql/edition-restarts',
    resource,
    field: 'edition',
    impact: 'restart',
    reason: 'The instance moves to other machines.',
    source: cloudSqlAvailability,
  },
  {
    id: 'cloudsql/tier-restarts',
    resource,
    field: 'tier',
    impact: 'restart',
    reason: 'Another machine: every connection ends, though a plan shows a change in place.',
    source: google(file, 'settings.tier: not ForceNew; hashicorp/terraform-provider-google #14634'),
  },
  {
    id: 'cloudsql/availability-restarts',
    resource,
    field: 'availability',
    impact: 'restart',
    reason: 'The disk moves between a zonal and a regional one; the instance may be away for minutes.',
    source: documentation('Cloud SQL for PostgreSQL documentation, "Enable and disable high availability"'),
  },
  {
    id: 'cloudsql/protection-off',
    resource,
    field: 'deletionProtection',
    when: ['turnsOff'],
    impact: 'update',
    reason: 'From then on Terraform and the console may delete the instance.',
    source: google(file, 'deletion_protection, settings.deletion_protection_enabled'),
  },
  {
    id: 'cloudsql/admin-login',
    resource,
    field: 'adminUser',
    impact: 'replace',
    reason: 'A new login is made; the old one stays in the database, unused (deletion_policy ABANDON).',
    source: google('resource_sql_user.go', 'name: ForceNew'),
  },
  {
    id: 'cloudsql/admin-secret',
    resource,
    field: 'adminSecret',
    impact: 'replace',
    reason: 'A secret keeps its name for life: this one is deleted, and the password is stored in a new one.',
    source: google('resource_secret_manager_secret.go', 'secret_id: ForceNew'),
  },
  {
    id: 'cloudsql/bootstrap-leaves-terraform',
    resource,
    field: 'bootstrap',
    when: ['leavesTerraform'],
    impact: 'refused',
    reason:
      'Terraform would drop the extensions and schemas it made, which PostgreSQL refuses while data depends on them, and take the roles from logins: `terraform state rm` every postgresql_ address first, and all stays as it is.',
    source: documentation(
      'cyrilgdn/postgresql, resource_postgresql_extension.go and resource_postgresql_schema.go: Delete drops without CASCADE',
    ),
  },
  {
    id: 'cloudsql/bootstrap-goes-to-terraform',
    resource,
    field: 'bootstrap',
    impact: 'refused',
    reason:
      'Terraform makes roles and does not look for them: PostgreSQL refuses those that the init Job has made, until each of postgresql.tf is known by `terraform import \'postgresql_role.group["ROLE"]\' ROLE`. Extensions, schemas and grants are found and kept.',
    source: documentation(
      'cyrilgdn/postgresql, resource_postgresql_role.go: Create is CREATE ROLE; cyrilgdn/terraform-provider-postgresql #57',
    ),
  },
  {
    id: 'cloudsql/roles-replaced',
    resource,
    field: 'roles.instances',
    impact: 'replace',
    reason:
      'The roles of workloads and people are for these instances only, and a binding keeps its condition for life: each is taken away and given again. New connections may be refused for minutes; open ones go on.',
    source: google('tpgiamresource/resource_iam_member.go', 'condition: ForceNew'),
  },
  {
    id: 'cloudsql/protection-on',
    resource,
    field: 'deletionProtection',
    impact: 'update',
    reason: 'From then on nothing deletes the instance.',
    source: google(file, 'deletion_protection, settings.deletion_protection_enabled'),
  },
  ...flagRules,
];
