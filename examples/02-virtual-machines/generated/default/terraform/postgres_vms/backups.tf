# hosting.virtualMachines.backups: where pgBackRest on each machine keeps its backups and the write-ahead log.
resource "google_storage_bucket" "backups" {
  # checkov:skip=CKV_GCP_62: Who reads it is in Cloud Audit Logs, if the project turns on data access logs of Cloud Storage.
  # checkov:skip=CKV_GCP_78: Soft deletion keeps what is deleted; versions would keep every backup that pgBackRest expires.

  name     = "acme-fields-harvest-postgres-backups"
  location = local.region
  labels   = local.labels

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  # `terraform destroy` refuses while a backup is in it.
  force_destroy = false

  # Whatever is deleted can be restored for 14 days, and until then nobody can purge it: neither pgBackRest, which deletes
  # what hosting.virtualMachines.backups.retained no longer holds, nor a thief of a machine's identity. A lifecycle rule
  # would tear chains of backups.
  soft_delete_policy {
    retention_duration_seconds = 14 * 24 * 3600
  }

  # hosting.virtualMachines.deletionProtection, also while nothing is in it.
  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.required]
}

locals {
  backup_bucket = google_storage_bucket.backups.name
}

# Each machine reads and writes its own folder only. Names in the bucket it sees all: to list is a right on the bucket,
# and without it Cloud Storage says 403 of what is not there, where pgBackRest must be told 404.
resource "google_storage_bucket_iam_member" "backups" {
  for_each = local.machines

  bucket = local.backup_bucket
  role   = "roles/storage.objectUser"
  member = google_service_account.machine[each.key].member

  condition {
    title      = "only ${each.value.backup_folder}"
    expression = "resource.type == 'storage.googleapis.com/Bucket' || resource.name.startsWith('projects/_/buckets/${local.backup_bucket}/objects/${each.value.backup_folder}/')"
  }
}
