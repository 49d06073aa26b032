# Roles and grants by Terraform, replicas, a bastion, alerts that tell somebody, a disk with a limit.
mock_provider "google" {}
mock_provider "postgresql" {}

variables {
  db_password = "twelve chars"
}

run "makes_roles_and_members" {
  assert {
    condition     = toset([for extension in postgresql_extension.pgstac : "${extension.database}.${extension.name}"]) == toset(["pgstac.btree_gist", "pgstac.postgis", "pgstac.unaccent"])
    error_message = "extensions"
  }
  assert {
    condition     = toset(keys(postgresql_role.group)) == toset(["ingest_admin", "ingest_read", "ingest_write", "pgstac_admin", "pgstac_ingest", "pgstac_read"])
    error_message = "roles"
  }
  assert {
    condition = toset(keys(postgresql_grant_role.login)) == toset([
      "workload/metaflow-task/ingest_write", "workload/metaflow-task/pgstac_ingest", "workload/stac-api/pgstac_read",
      "person/user-ana-example-org/ingest_read", "person/user-ana-example-org/pgstac_read",
      "person/group-oncall-example-org/pgstac_ingest", "pooler/ingest_read", "pooler/pgstac_ingest",
    ])
    error_message = "members"
  }
  assert {
    condition     = postgresql_grant_role.login["person/user-ana-example-org/pgstac_read"].role == "ana@example.org"
    error_message = "a member's login"
  }
  assert {
    condition     = { for member in values(postgresql_grant_role.writer_reads) : member.role => member.grant_role } == { ingest_write = "ingest_read", pgstac_ingest = "pgstac_read" }
    error_message = "who writes may read"
  }
  assert {
    condition     = { for key, schema in postgresql_schema.platform : key => "${schema.database}.${schema.name} of ${schema.owner}" } == { ingest = "ingest.platform of ingest_admin", pgstac = "pgstac.platform of pgstac_admin" }
    error_message = "schemas"
  }
  assert {
    condition = toset([
      for grant in concat(values(postgresql_grant.platform_readers), values(postgresql_grant.platform_writers), [postgresql_grant.ingestion_log]) :
      "${grant.role}: ${join(",", grant.privileges)} on ${grant.database}.${grant.schema}"
      ]) == toset([
      "ingest_admin: CREATE on ingest.public",
      "ingest_read: USAGE on ingest.platform", "ingest_write: USAGE on ingest.platform",
      "pgstac_read: USAGE on pgstac.platform", "pgstac_ingest: USAGE on pgstac.platform",
    ])
    error_message = "grants"
  }
}

run "keeps_replicas_as_private" {
  assert {
    condition = { for key, replica in google_sql_database_instance.replica : key => [replica.name, replica.region, replica.settings[0].tier] } == {
      read = ["sentinel2-postgres-read", "europe-west1", "db-custom-2-7680"]
      us   = ["sentinel2-postgres-us", "us-central1", "db-custom-4-16384"]
    }
    error_message = "replicas"
  }
  assert {
    condition = alltrue([
      for replica in google_sql_database_instance.replica :
      replica.deletion_protection && !replica.settings[0].ip_configuration[0].ipv4_enabled && replica.settings[0].ip_configuration[0].ssl_mode == "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
    ])
    error_message = "as strict as the primary"
  }
  assert {
    condition = alltrue([
      for instance in concat([google_sql_database_instance.main], values(google_sql_database_instance.replica)) :
      instance.settings[0].connector_enforcement == "NOT_REQUIRED"
    ])
    error_message = "a private instance that lets only connectors in has no replicas"
  }
  assert {
    condition     = length(split("||", google_project_iam_member.cloudsql_login["workload/stac-api"].condition[0].expression)) == 3
    error_message = "a login reaches the replicas as well"
  }
}

run "lets_people_through_the_bastion" {
  assert {
    condition     = length(google_compute_instance.bastion.network_interface[0].access_config) == 0 && length(google_compute_instance.bastion.service_account) == 0
    error_message = "no address, no identity"
  }
  assert {
    condition     = google_compute_firewall.bastion.source_ranges == toset(["35.235.240.0/20"]) && google_compute_firewall.bastion.target_tags == toset(["sentinel2-bastion"])
    error_message = "only from Identity-Aware Proxy"
  }
  assert {
    condition     = google_compute_instance.bastion.metadata["enable-oslogin"] == "TRUE" && google_compute_instance.bastion.shielded_instance_config[0].enable_secure_boot
    error_message = "OS Login, Shielded VM"
  }
  assert {
    condition     = toset(keys(google_iap_tunnel_instance_iam_member.bastion)) == toset(["user-ana-example-org", "group-oncall-example-org"])
    error_message = "who"
  }
  assert {
    condition     = startswith(output.commands.proxy, "ALL_PROXY=socks5://127.0.0.1:1080 cloud-sql-proxy ")
    error_message = "the way is said"
  }
}
