# The databases. They outlive their machine and its boot disk; a snapshot is taken should one ever be destroyed.
resource "google_compute_disk" "data" {
  # checkov:skip=CKV_GCP_37: The disk is encrypted with Google's own key: the spec names no other.

  for_each = local.machines

  name                           = "${each.value.name}-data"
  zone                           = local.zone
  type                           = "pd-balanced"
  size                           = 200
  labels                         = local.labels
  create_snapshot_before_destroy = true

  # hosting.virtualMachines.deletionProtection: a plan that would delete a disk, or make it anew, is refused.
  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.required]
}

resource "google_compute_instance" "database" {
  # checkov:skip=CKV_GCP_32: It is blocked below; checkov does not read what merge() makes.
  # checkov:skip=CKV_GCP_38: The disks are encrypted with Google's own keys: the spec names no others.

  for_each = local.machines

  name         = each.value.name
  zone         = local.zone
  machine_type = "e2-standard-4"
  labels       = local.labels

  # hosting.virtualMachines.deletionProtection: this one stops everybody.
  deletion_protection = true

  # Another machine type or identity stops the machine and starts it again; without this apply fails instead.
  allow_stopping_for_update = true

  boot_disk {
    initialize_params {
      image = "debian-cloud/debian-12"
      type  = google_compute_disk.data[each.key].type
    }
  }

  attached_disk {
    source      = google_compute_disk.data[each.key].self_link
    device_name = "data"
  }

  network_interface {
    subnetwork = "projects/acme-fields/regions/europe-west4/subnetworks/main"
  }

  service_account {
    email  = google_service_account.machine[each.key].email
    scopes = ["cloud-platform"]
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  # The startup script runs at every boot, and by hand after a change: sudo google_metadata_script_runner startup.
  # It finds the database's SQL beside it.
  metadata = merge(
    {
      enable-oslogin         = "TRUE"
      block-project-ssh-keys = "TRUE"
      serial-port-enable     = "FALSE"
      startup-script         = file("${path.module}/startup-${each.key}.sh")
    },
    {
      for name in fileset("${path.module}/sql/${each.key}", "*.sql") :
      "sql-${trimsuffix(name, ".sql")}" => file("${path.module}/sql/${each.key}/${name}")
    },
  )

  # What the script needs when the machine first boots.
  depends_on = [
    google_secret_manager_secret_iam_member.password,
    google_secret_manager_secret_iam_member.ca,
    google_storage_bucket_iam_member.backups,
  ]
}
