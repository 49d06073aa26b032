# Read replicas of google_sql_database_instance.main. Cloud SQL refuses them backups, a maintenance window and a password
# policy of their own: they are maintained with their primary, and hold nothing that it does not.

resource "google_sql_database_instance" "replica" {
  # checkov:skip=CKV_GCP_79: PostgreSQL 15 is the version that the platform is made for and tested with.
  # checkov:skip=CKV_GCP_108: log_hostname asks DNS at each connection, and what connects is the Auth Proxy.
  # checkov:skip=CKV_GCP_110: pgAudit would log every statement of a load; log_connections and log_statement say who came and what was altered.
  # checkov:skip=CKV2_GCP_13: log_duration writes a line for each statement; Query Insights has the slow ones.

  for_each = {
    "read" = {
      instance     = "alps-prod-postgres-read"
      region       = "europe-west1"
      tier         = "db-custom-4-16384"
      availability = "ZONAL"
      zones        = []
    }
  }

  name                 = each.value.instance
  region               = each.value.region
  database_version     = google_sql_database_instance.main.database_version
  master_instance_name = google_sql_database_instance.main.name

  # hosting.cloudSql.deletionProtection, as on the primary.
  deletion_protection = true

  settings {
    tier                        = each.value.tier
    edition                     = google_sql_database_instance.main.settings[0].edition
    availability_type           = each.value.availability
    disk_type                   = google_sql_database_instance.main.settings[0].disk_type
    disk_autoresize             = true
    disk_autoresize_limit       = google_sql_database_instance.main.settings[0].disk_autoresize_limit
    deletion_protection_enabled = true
    user_labels                 = local.labels
    connector_enforcement       = "NOT_REQUIRED"

    ip_configuration {
      ipv4_enabled    = false
      private_network = var.private_network
      ssl_mode        = local.ssl_mode
    }

    data_cache_config {
      data_cache_enabled = false
    }

    dynamic "location_preference" {
      for_each = each.value.zones

      content {
        zone = location_preference.value
      }
    }

    # Whole: what is left out here comes back from the API as something, and is a change in every plan.
    insights_config {
      query_insights_enabled  = true
      query_plans_per_minute  = 5
      query_string_length     = 1024
      record_application_tags = true
      record_client_address   = false
    }

    # The primary's, above all its max_connections: a replica must not have fewer.

    database_flags {
      name  = "cloudsql.iam_authentication"
      value = "on"
    }

    database_flags {
      name  = "log_checkpoints"
      value = "on"
    }

    database_flags {
      name  = "log_connections"
      value = "on"
    }

    database_flags {
      name  = "log_disconnections"
      value = "on"
    }

    database_flags {
      name  = "log_lock_waits"
      value = "on"
    }

    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }

    database_flags {
      name  = "log_statement"
      value = "ddl"
    }
  }

  lifecycle {
    ignore_changes = [
      # Cloud SQL gives it one of its own accord, and refuses to have it taken away.
      settings[0].maintenance_window,
    ]
  }
}
