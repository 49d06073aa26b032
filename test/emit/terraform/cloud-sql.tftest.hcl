# What a Cloud SQL environment with every default must be.
mock_provider "google" {
  mock_resource "google_sql_database_instance" {
    defaults = {
      connection_name    = "acme-earth:europe-west1:sentinel2-postgres"
      private_ip_address = "10.1.2.3"
    }
  }
  mock_resource "google_service_account" {
    defaults = {
      email  = "x@acme-earth.iam.gserviceaccount.com"
      member = "serviceAccount:x@acme-earth.iam.gserviceaccount.com"
    }
  }
}

variables {
  db_password = "twelve chars"
}

run "is_private_and_durable" {
  assert {
    condition = (
      google_sql_database_instance.main.deletion_protection &&
      google_sql_database_instance.main.settings[0].deletion_protection_enabled &&
      google_sql_database_instance.main.settings[0].retain_backups_on_delete
    )
    error_message = "deletion protection"
  }
  assert {
    condition = (
      google_sql_database_instance.main.settings[0].ip_configuration[0].ipv4_enabled == false &&
      google_sql_database_instance.main.settings[0].ip_configuration[0].private_network == "projects/acme-earth/global/networks/main" &&
      google_sql_database_instance.main.settings[0].ip_configuration[0].ssl_mode == "ENCRYPTED_ONLY" &&
      google_sql_database_instance.main.settings[0].connector_enforcement == "REQUIRED"
    )
    error_message = "private, encrypted, through the proxy only"
  }
  assert {
    condition = (
      google_sql_database_instance.main.settings[0].backup_configuration[0].enabled &&
      google_sql_database_instance.main.settings[0].backup_configuration[0].point_in_time_recovery_enabled &&
      google_sql_database_instance.main.settings[0].backup_configuration[0].transaction_log_retention_days == 7 &&
      google_sql_database_instance.main.settings[0].backup_configuration[0].backup_retention_settings[0].retained_backups == 14
    )
    error_message = "backups"
  }
  assert {
    condition     = { for flag in google_sql_database_instance.main.settings[0].database_flags : flag.name => flag.value }["cloudsql.iam_authentication"] == "on"
    error_message = "IAM login"
  }
  assert {
    condition     = google_sql_database_instance.main.settings[0].user_labels == tomap({ environment = "default", platform = "sentinel2", team = "earth-observation" })
    error_message = "labels"
  }
  assert {
    condition     = google_sql_database_instance.main.settings[0].maintenance_window[0].day == 7
    error_message = "Sunday is 7"
  }
}

run "gives_each_login_its_own_instance_only" {
  assert {
    condition = toset(keys(google_project_iam_member.cloudsql_client)) == toset([
      "init", "person/group-oncall-example-org", "person/user-ana-example-org", "workload/metaflow-task", "workload/stac-api",
    ])
    error_message = "roles/cloudsql.client"
  }
  assert {
    condition = toset(keys(google_project_iam_member.cloudsql_login)) == toset([
      "person/group-oncall-example-org", "person/user-ana-example-org", "workload/metaflow-task", "workload/stac-api",
    ])
    error_message = "roles/cloudsql.instanceUser"
  }
  assert {
    condition = alltrue([
      for member in concat(values(google_project_iam_member.cloudsql_client), values(google_project_iam_member.cloudsql_login)) :
      member.condition[0].expression == "resource.type == 'sqladmin.googleapis.com/Instance' && (resource.name == 'projects/acme-earth/instances/sentinel2-postgres')"
    ])
    error_message = "bound to this instance"
  }
  assert {
    condition     = toset(keys(google_storage_bucket_iam_member.workload)) == toset(["metaflow-task/acme-earth-assets", "metaflow-task/acme-earth-metaflow"])
    error_message = "buckets"
  }
  assert {
    condition = toset([
      for binding in concat(values(google_service_account_iam_member.workload_identity), [google_service_account_iam_member.init_workload_identity]) : binding.member
      ]) == toset([
      "serviceAccount:acme-earth.svc.id.goog[metaflow/metaflow-task]",
      "serviceAccount:acme-earth.svc.id.goog[stac/stac-api]",
      "serviceAccount:acme-earth.svc.id.goog[metaflow/platform-init]",
    ])
    error_message = "Workload Identity"
  }
  assert {
    condition     = google_secret_manager_secret_iam_member.init.secret_id == "sentinel2-admin-password"
    error_message = "the init Job reads one secret"
  }
}

run "makes_logins_and_databases" {
  assert {
    condition     = output.database_names == { ingest = "ingest", pgstac = "pgstac" }
    error_message = "databases"
  }
  assert {
    condition = (
      google_sql_user.workload["metaflow-task"].name == "x@acme-earth.iam" &&
      google_sql_user.workload["metaflow-task"].type == "CLOUD_IAM_SERVICE_ACCOUNT" &&
      google_sql_user.person["user-ana-example-org"].name == "ana@example.org" &&
      google_sql_user.person["user-ana-example-org"].type == "CLOUD_IAM_USER" &&
      google_sql_user.person["group-oncall-example-org"].type == "CLOUD_IAM_GROUP"
    )
    error_message = "IAM logins"
  }
  assert {
    condition     = google_sql_user.admin.password == null && google_secret_manager_secret_version.admin_password.secret_data == null
    error_message = "the password is in the state"
  }
  assert {
    condition     = output.instance_connection_name == "acme-earth:europe-west1:sentinel2-postgres" && output.service_account_email == "x@acme-earth.iam.gserviceaccount.com"
    error_message = "the user guide's outputs"
  }
  assert {
    condition     = output.commands.proxy == "cloud-sql-proxy --auto-iam-authn --private-ip --port=5432 acme-earth:europe-west1:sentinel2-postgres"
    error_message = "commands"
  }
}

run "refuses_another_project" {
  command = plan
  variables {
    project_id = "acme-mars"
  }
  expect_failures = [var.project_id]
}

run "refuses_another_region" {
  command = plan
  variables {
    region = "us-central1"
  }
  expect_failures = [var.region]
}

run "refuses_another_network" {
  command = plan
  variables {
    private_network = "projects/acme-earth/global/networks/other"
  }
  expect_failures = [var.private_network]
}

run "refuses_a_short_password" {
  command = plan
  variables {
    db_password = "short"
  }
  expect_failures = [var.db_password]
}

run "refuses_a_password_with_a_line_break" {
  command = plan
  variables {
    db_password = "twelve chars\n"
  }
  expect_failures = [var.db_password]
}

run "refuses_a_version_below_one" {
  command = plan
  variables {
    db_password_version = 0
  }
  expect_failures = [var.db_password_version]
}
