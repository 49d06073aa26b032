# deletionProtection: false. What a destroy then still keeps.
mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email  = "x@acme-earth.iam.gserviceaccount.com"
      member = "serviceAccount:x@acme-earth.iam.gserviceaccount.com"
    }
  }
}

run "may_be_deleted" {
  assert {
    condition     = alltrue([for machine in google_compute_instance.database : !machine.deletion_protection])
    error_message = "machines"
  }
  assert {
    condition     = alltrue([for disk in google_compute_disk.data : disk.create_snapshot_before_destroy])
    error_message = "a last snapshot of each data disk"
  }
  assert {
    condition     = !google_storage_bucket.backups.force_destroy
    error_message = "backups"
  }
}
