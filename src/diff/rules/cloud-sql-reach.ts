import { everything, guard } from './cloud-sql.ts';
import type { Rule } from './rule.ts';
import { documentation, google } from './sources.ts';

const file = 'resource_sql_database_instance.go';
const resource = 'cloudSql.instance';

/** How the instance is reached, and with which key it is encrypted. */
export const cloudSqlReachRules: readonly Rule[] = [
  {
    id: 'cloudsql/reach-replaces',
    resource,
    field: 'reach',
    when: ['leavesPeering'],
    impact: 'replace',
    reason: `An instance never loses its address in the network: this one is deleted, and an empty one made that has an endpoint instead. ${guard}`,
    loss: everything,
    source: google(file, 'settings.ip_configuration.private_network: ForceNew where it is taken away'),
  },
  {
    id: 'cloudsql/reach-refused',
    resource,
    field: 'reach',
    impact: 'refused',
    reason:
      'Cloud SQL turns Private Service Connect off only for an instance that has private services access beside it, which this one never had, though a plan shows a change in place (terraform-provider-google #26169). For an address in the network make another platform, and restore a backup into its instance.',
    source: documentation(
      'Cloud SQL for PostgreSQL documentation, "Configure private services access and Private Service Connect": deactivate',
    ),
  },
  {
    id: 'cloudsql/range-refused',
    resource,
    field: 'reach.allocatedRange',
    impact: 'refused',
    reason:
      'The range is chosen when the instance is made: Cloud SQL assigns none later and changes none, though a plan shows a change in place. Write the former value back.',
    source: documentation('Cloud SQL for PostgreSQL documentation, "Configure private IP": note on range names'),
  },
  {
    id: 'cloudsql/peering-made',
    resource,
    field: 'reach.manage',
    when: ['turnsOn'],
    impact: 'refused',
    reason:
      "A network has one connection to Google's services, which is there already where an instance is: Terraform makes it and does not look for it, until `terraform import` has told it of google_compute_global_address.services and google_service_networking_connection.services; and an instance that was made without allocatedRange takes none later.",
    source: google('resource_service_networking_connection.go', 'Create; update_on_creation_fail'),
  },
  {
    id: 'cloudsql/peering-left',
    resource,
    field: 'reach.manage',
    impact: 'refused',
    reason:
      "Terraform would delete the range that the instance's address is from: `terraform state rm` google_compute_global_address.services and google_service_networking_connection.services first, and name the range in allocatedRange.",
    source: google('resource_compute_global_address.go', 'Delete'),
  },
  {
    id: 'cloudsql/endpoint-moves',
    resource,
    field: 'reach.subnetworks',
    when: ['leavesOne'],
    impact: 'restart',
    reason:
      'An endpoint keeps its address for life: another is made in the other subnetwork. Connections through the old one end, and new ones come when its name has the new address, within five minutes.',
    source: google(
      'resource_compute_address.go',
      'subnetwork: ForceNew; resource_compute_forwarding_rule.go, ip_address',
    ),
  },
  {
    id: 'cloudsql/endpoint-made',
    resource,
    field: 'reach.subnetworks',
    impact: 'update',
    reason: 'Another region can have endpoints; those that are there stay.',
    source: google('resource_compute_address.go', 'subnetwork'),
  },
  {
    id: 'cloudsql/consumer-projects',
    resource,
    field: 'reach.consumerProjects',
    impact: 'update',
    reason: 'A project that is new may make an endpoint; the endpoints of one that is gone are closed.',
    source: google(file, 'settings.ip_configuration.psc_config.allowed_consumer_projects: not ForceNew'),
  },
  {
    id: 'cloudsql/direct-connections-end',
    resource,
    field: 'connectorEnforcement',
    when: ['turnsOn'],
    impact: 'update',
    reason: 'The instance takes only the Auth Proxy and connectors: whoever connects directly is refused.',
    source: google(
      file,
      'settings.connector_enforcement; Cloud SQL documentation, "Cloud SQL Language Connectors overview"',
    ),
  },
  {
    id: 'cloudsql/direct-connections',
    resource,
    field: 'connectorEnforcement',
    impact: 'update',
    reason:
      'Whoever is in the network now reaches its login, with sslMode: clientCertificate only by a certificate of the instance. With replicas it cannot be otherwise.',
    source: google(
      file,
      'settings.connector_enforcement; Cloud SQL documentation, "Cloud SQL Language Connectors overview"',
    ),
  },
  {
    id: 'cloudsql/ssl-mode',
    resource,
    field: 'sslMode',
    impact: 'update',
    reason:
      'New connections are held to it: with clientCertificate those that show none are refused. The Auth Proxy and connectors always show one.',
    source: documentation('Cloud SQL for PostgreSQL documentation, "Configure SSL/TLS certificates"'),
  },
  ...(['instance', 'replica *'] as const).map(
    (part): Rule => ({
      id: `cloudsql/${part.replace(' *', '')}-key-left`,
      resource: `cloudSql.${part}`,
      field: 'encryptionKey',
      when: ['disappears'],
      impact: 'none',
      reason:
        'It keeps its key for life, and Terraform leaves one alone that is no longer asked for: do not destroy it.',
      source: google(file, 'encryption_key_name: Optional, Computed'),
    }),
  ),
  {
    id: 'cloudsql/key-replaces',
    resource,
    field: 'encryptionKey',
    impact: 'replace',
    reason: `An instance keeps its key for life: this one is deleted and an empty one made. ${guard}`,
    loss: everything,
    source: google(file, 'encryption_key_name: ForceNew'),
  },
  {
    id: 'cloudsql/replica-key-replaces',
    resource: 'cloudSql.replica *',
    field: 'encryptionKey',
    impact: 'replace',
    reason: `The replica is deleted and filled again from the primary, with the other key. ${guard}`,
    source: google(file, 'encryption_key_name: ForceNew'),
  },
];
