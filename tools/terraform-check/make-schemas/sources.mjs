// What the schemas are made of, and what they hold: the types that the templates emit, and their neighbours.

/**
 * The published packages, by the file that is made of them: of each provider two that were made from the same version of
 * it. The folders allow google >= 6.50, < 8.0: both ends are here.
 */
export const packages = {
  google: {
    provider: 'google',
    classes: { npm: '@cdktf/provider-google@16.12.1' },
    python: 'pulumi-gcp==8.41.1',
    version: '6.50.0',
    address: 'hashicorp/google',
  },
  'google-newest': {
    provider: 'google',
    // On npm the successor of cdktf's packages is not; its Python package brings the same classes.
    classes: { python: 'cdktn-provider-google==20.3.1' },
    python: 'pulumi-gcp==9.37.1',
    version: '7.46.1',
    address: 'hashicorp/google',
  },
  postgresql: {
    provider: 'postgresql',
    classes: { npm: '@cdktf/provider-postgresql@12.1.1' },
    python: 'pulumi-postgresql==3.16.0',
    version: '1.26.0',
    address: 'cyrilgdn/postgresql',
  },
  random: {
    provider: 'random',
    classes: { npm: '@cdktf/provider-random@12.0.1' },
    python: 'pulumi-random==4.18.2',
    version: '3.7.2',
    address: 'hashicorp/random',
  },
};

/** Each resource with its module in Pulumi's package. */
const googleResources = {
  google_artifact_registry_repository: 'artifactregistry/repository',
  google_artifact_registry_repository_iam_member: 'artifactregistry/repository_iam_member',
  google_compute_address: 'compute/address',
  google_compute_attached_disk: 'compute/attached_disk',
  google_compute_disk: 'compute/disk',
  google_compute_disk_resource_policy_attachment: 'compute/disk_resource_policy_attachment',
  google_compute_firewall: 'compute/firewall',
  google_compute_forwarding_rule: 'compute/forwarding_rule',
  google_compute_global_address: 'compute/global_address',
  google_compute_instance: 'compute/instance',
  google_compute_instance_iam_member: 'compute/instance_iam_member',
  google_compute_network: 'compute/network',
  google_compute_network_peering_routes_config: 'compute/network_peering_routes_config',
  google_compute_region_disk: 'compute/region_disk',
  google_compute_resource_policy: 'compute/resource_policy',
  google_compute_router: 'compute/router',
  google_compute_router_nat: 'compute/router_nat',
  google_compute_service_attachment: 'compute/service_attachment',
  google_compute_snapshot: 'compute/snapshot',
  google_compute_subnetwork: 'compute/subnetwork',
  google_compute_subnetwork_iam_member: 'compute/subnetwork_iam_member',
  google_container_cluster: 'container/cluster',
  google_container_node_pool: 'container/node_pool',
  google_dns_managed_zone: 'dns/managed_zone',
  google_dns_record_set: 'dns/record_set',
  google_iap_tunnel_instance_iam_member: 'iap/tunnel_instance_iam_member',
  google_kms_crypto_key: 'kms/crypto_key',
  google_kms_crypto_key_iam_member: 'kms/crypto_key_iam_member',
  google_kms_key_ring: 'kms/key_ring',
  google_logging_metric: 'logging/metric',
  google_logging_project_sink: 'logging/project_sink',
  google_monitoring_alert_policy: 'monitoring/alert_policy',
  google_monitoring_dashboard: 'monitoring/dashboard',
  google_monitoring_notification_channel: 'monitoring/notification_channel',
  google_network_connectivity_service_connection_policy: 'networkconnectivity/service_connection_policy',
  google_os_config_os_policy_assignment: 'osconfig/os_policy_assignment',
  google_project_iam_custom_role: 'projects/iam_custom_role',
  google_project_iam_member: 'projects/iam_member',
  google_project_service: 'projects/service',
  google_secret_manager_secret: 'secretmanager/secret',
  google_secret_manager_secret_iam_member: 'secretmanager/secret_iam_member',
  google_secret_manager_secret_version: 'secretmanager/secret_version',
  google_service_account: 'serviceaccount/account',
  google_service_account_iam_member: 'serviceaccount/iam_member',
  google_service_networking_connection: 'servicenetworking/connection',
  google_sql_database: 'sql/database',
  google_sql_database_instance: 'sql/database_instance',
  google_sql_ssl_cert: 'sql/ssl_cert',
  google_sql_user: 'sql/user',
  google_storage_bucket: 'storage/bucket',
  google_storage_bucket_iam_member: 'storage/bucket_iam_member',
  google_storage_bucket_object: 'storage/bucket_object',
};

/** Data sources: likewise. */
const googleDataSources = {
  google_client_config: 'organizations/get_client_config',
  google_client_openid_userinfo: 'organizations/get_client_open_id_user_info',
  google_compute_image: 'compute/get_image',
  google_compute_network: 'compute/get_network',
  google_compute_subnetwork: 'compute/get_subnetwork',
  google_compute_zones: 'compute/get_zones',
  google_kms_crypto_key: 'kms/get_kms_crypto_key',
  google_kms_key_ring: 'kms/get_kms_key_ring',
  google_netblock_ip_ranges: 'compute/get_netblock_ip_ranges',
  google_project: 'organizations/get_project',
  google_secret_manager_secret: 'secretmanager/get_secret',
  google_secret_manager_secret_version: 'secretmanager/get_secret_version',
  google_service_account: 'serviceaccount/get_account',
  google_sql_ca_certs: 'sql/get_ca_certs',
  google_sql_database_instance: 'sql/get_database_instance',
  google_storage_bucket: 'storage/get_bucket',
  google_storage_project_service_account: 'storage/get_project_service_account',
};

export const resources = {
  google: googleResources,
  postgresql: {
    postgresql_database: 'database',
    postgresql_default_privileges: 'default_privileges',
    postgresql_extension: 'extension',
    postgresql_grant: 'grant',
    postgresql_grant_role: 'grant_role',
    postgresql_role: 'role',
    postgresql_schema: 'schema',
  },
  random: { random_id: 'random_id', random_password: 'random_password', random_pet: 'random_pet' },
};

export const dataSources = { google: googleDataSources, postgresql: {}, random: {} };
