# hosting.virtualMachines.snapshots: each data disk as it is at that hour, for whoever loses more than pgBackRest covers.
# A database starts from one as after a power cut: its files and its write-ahead log are of the same moment.
resource "google_compute_resource_policy" "snapshots" {
  name   = "${local.name}-postgres-data"
  region = local.region

  snapshot_schedule_policy {
    schedule {
      daily_schedule {
        days_in_cycle = 1
        start_time    = "04:00"
      }
    }

    # Those of a disk that was deleted, by whatever mistake, are kept until somebody deletes them.
    retention_policy {
      max_retention_days    = 14
      on_source_disk_delete = "KEEP_AUTO_SNAPSHOTS"
    }

    snapshot_properties {
      labels = local.labels
    }
  }

  depends_on = [google_project_service.required]
}

resource "google_compute_disk_resource_policy_attachment" "snapshots" {
  for_each = local.machines

  name = google_compute_resource_policy.snapshots.name
  disk = google_compute_disk.data[each.key].name
  zone = local.zone
}
