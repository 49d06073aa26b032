mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email  = "x@acme-earth.iam.gserviceaccount.com"
      member = "serviceAccount:x@acme-earth.iam.gserviceaccount.com"
    }
  }
}

run "is_private" {
  assert {
    condition     = toset([for machine in google_compute_instance.database : machine.name]) == toset(["ingest-postgres", "pgstac-postgres"])
    error_message = "machines"
  }
  assert {
    condition = alltrue([
      for machine in google_compute_instance.database :
      machine.deletion_protection && length(machine.network_interface[0].access_config) == 0 &&
      machine.shielded_instance_config[0].enable_secure_boot && machine.shielded_instance_config[0].enable_vtpm &&
      machine.metadata["enable-oslogin"] == "TRUE" && machine.metadata["block-project-ssh-keys"] == "TRUE"
    ])
    error_message = "private, protected, Shielded VM, OS Login"
  }
  assert {
    condition = (
      google_compute_firewall.clients.source_ranges == toset(["10.0.0.0/16"]) &&
      toset(flatten([for rule in google_compute_firewall.clients.allow : rule.ports])) == toset(["5432"]) &&
      google_compute_firewall.iap.source_ranges == toset(["35.235.240.0/20"])
    )
    error_message = "firewall"
  }
  assert {
    condition     = alltrue([for disk in google_compute_disk.data : disk.create_snapshot_before_destroy && disk.size == 200])
    error_message = "data disks"
  }
}

run "keeps_the_data" {
  assert {
    condition = (
      keys(google_compute_disk_resource_policy_attachment.snapshots) == ["ingest", "pgstac"] &&
      google_compute_resource_policy.snapshots.snapshot_schedule_policy[0].schedule[0].daily_schedule[0].days_in_cycle == 1 &&
      google_compute_resource_policy.snapshots.snapshot_schedule_policy[0].retention_policy[0].max_retention_days == 14 &&
      google_compute_resource_policy.snapshots.snapshot_schedule_policy[0].retention_policy[0].on_source_disk_delete == "KEEP_AUTO_SNAPSHOTS"
    )
    error_message = "snapshots"
  }
  assert {
    condition = (
      google_storage_bucket.backups.uniform_bucket_level_access && !google_storage_bucket.backups.force_destroy &&
      google_storage_bucket.backups.public_access_prevention == "enforced" &&
      google_storage_bucket.backups.soft_delete_policy[0].retention_duration_seconds == 1209600
    )
    error_message = "the bucket of backups"
  }
}

run "hands_the_machines_what_they_run" {
  assert {
    condition     = [for key in keys(google_compute_instance.database["ingest"].metadata) : key if startswith(key, "sql-")] == ["sql-ingest-1-roles", "sql-ingest-2-log", "sql-ingest-3-logins"]
    error_message = "the ingest database's SQL"
  }
  assert {
    condition = alltrue([
      for name in regexall("'(pgstac-\\d-\\w+)'", google_compute_instance.database["pgstac"].metadata["startup-script"]) :
      contains(keys(google_compute_instance.database["pgstac"].metadata), "sql-${name[0]}")
    ])
    error_message = "the startup script asks for SQL that is not there"
  }
}

run "gives_exactly_what_is_needed" {
  assert {
    condition = { for key, member in google_secret_manager_secret_iam_member.password : key => [member.secret_id, member.role] } == {
      "ingest/secretAccessor"     = ["sentinel2-ingest-password", "roles/secretmanager.secretAccessor"]
      "ingest/secretVersionAdder" = ["sentinel2-ingest-password", "roles/secretmanager.secretVersionAdder"]
      "pgstac/secretAccessor"     = ["sentinel2-pgstac-password", "roles/secretmanager.secretAccessor"]
      "pgstac/secretVersionAdder" = ["sentinel2-pgstac-password", "roles/secretmanager.secretVersionAdder"]
    }
    error_message = "machines' passwords"
  }
  assert {
    condition = { for key, member in google_storage_bucket_iam_member.backups : key => [member.role, member.condition[0].expression] } == {
      for key in ["ingest", "pgstac"] : key => [
        "roles/storage.objectUser",
        "resource.type == 'storage.googleapis.com/Bucket' || resource.name.startsWith('projects/_/buckets/acme-earth-sentinel2-postgres-backups/objects/sentinel2/${key}/')",
      ]
    }
    error_message = "each machine's own backups"
  }
  assert {
    condition = toset([for member in google_project_iam_member.telemetry : member.role]) == toset([
      "roles/logging.logWriter", "roles/monitoring.metricWriter",
    ])
    error_message = "metrics and logs"
  }
  assert {
    condition     = toset(keys(google_iap_tunnel_instance_iam_member.person)) == toset(["group-oncall-example-org/pgstac", "user-ana-example-org/ingest", "user-ana-example-org/pgstac"])
    error_message = "tunnels"
  }
  assert {
    condition     = keys(google_secret_manager_secret_iam_member.person_password) == ["group-oncall-example-org/pgstac"]
    error_message = "only who may write gets the password of a login that writes"
  }
}

run "refuses_another_project" {
  command = plan
  variables {
    project_id = "acme-mars"
  }
  expect_failures = [var.project_id]
}
