# The network's private services access is presumed: making it again would break a network that has it. Once a network,
# or with hosting.cloudSql.privateServicesAccess.manage here:
#   gcloud compute addresses create google-managed-services --project=acme-earth --global \
#     --purpose=VPC_PEERING --prefix-length=16 --network=main
#   gcloud services vpc-peerings connect --project=acme-earth --network=main \
#     --service=servicenetworking.googleapis.com --ranges=google-managed-services

locals {
  # Of the instance and of its replicas.
  ssl_mode = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
}

resource "google_sql_database_instance" "main" {
  # checkov:skip=CKV_GCP_79: PostgreSQL 15 is the version that the platform is made for and tested with.
  # checkov:skip=CKV_GCP_108: log_hostname asks DNS at each connection, and what connects is the Auth Proxy.
  # checkov:skip=CKV_GCP_110: pgAudit would log every statement of a load; log_connections and log_statement say who came and what was altered.
  # checkov:skip=CKV2_GCP_13: log_duration writes a line for each statement; Query Insights has the slow ones.

  name             = "alps-prod-postgres"
  region           = var.region
  database_version = "POSTGRES_15"

  # hosting.cloudSql.deletionProtection: this one stops Terraform, the one in `settings` everybody.
  deletion_protection = true

  settings {
    tier                        = "db-custom-4-16384"
    edition                     = "ENTERPRISE"
    availability_type           = "REGIONAL"
    activation_policy           = "ALWAYS"
    disk_type                   = "PD_SSD"
    disk_size                   = 200
    disk_autoresize             = true
    disk_autoresize_limit       = 1000
    deletion_protection_enabled = true
    retain_backups_on_delete    = true
    user_labels                 = local.labels

    # Of a private instance that lets only connectors in, Cloud SQL makes no replica ("Create read replicas").
    # Whoever is in the network reaches the login, but has to show a certificate of this instance's (ssl_mode): the Auth
    # Proxy and the connectors bring one, for which they ask IAM.
    connector_enforcement = "NOT_REQUIRED"

    ip_configuration {
      ipv4_enabled    = false
      private_network = var.private_network
      ssl_mode        = local.ssl_mode
    }

    data_cache_config {
      data_cache_enabled = false
    }

    backup_configuration {
      enabled                        = true
      start_time                     = "03:00"
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = 14
        retention_unit   = "COUNT"
      }
    }

    # Sunday, UTC. An update restarts the instance.
    maintenance_window {
      day          = 7
      hour         = 4
      update_track = "stable"
    }

    # Written as the API gives them back, or every plan would change them: no zero before the month.
    deny_maintenance_period {
      start_date = "2026-12-15"
      end_date   = "2027-1-10"
      time       = "00:00:00"
    }

    # Whole: what is left out here comes back from the API as something, and is a change in every plan.
    insights_config {
      query_insights_enabled  = true
      query_plans_per_minute  = 5
      query_string_length     = 1024
      record_application_tags = true
      record_client_address   = false
    }

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
      # The disk grows by itself (disk.autoresize), and to Terraform a disk above disk_size is one to replace with the
      # instance. A larger sizeGb for an instance that exists: gcloud sql instances patch --storage-size.
      settings[0].disk_size,
    ]
  }

  depends_on = [google_project_service.required]
}
