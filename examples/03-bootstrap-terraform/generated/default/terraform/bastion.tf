# access.bastion: the way from a laptop into the network. No external address, no Google identity, no key of its own:
# SSH comes through Identity-Aware Proxy, and OS Login asks IAM who may in. It only forwards, and only to databases. So it
# fetches no updates either: `terraform apply -replace=google_compute_instance.bastion` makes it anew from the newest image,
# and nothing on it is lost.

locals {
  bastion = "coast-bastion"
}

resource "google_compute_instance" "bastion" {
  # checkov:skip=CKV_GCP_38: The machine keeps nothing, so Google's own keys are enough for its disk.

  name                      = local.bastion
  machine_type              = "e2-micro"
  zone                      = "europe-west4-a"
  labels                    = local.labels
  tags                      = [local.bastion]
  allow_stopping_for_update = true

  boot_disk {
    initialize_params {
      image = "debian-cloud/debian-12"
      type  = "pd-balanced"
    }
  }

  network_interface {
    subnetwork = "projects/acme-network/regions/europe-west4/subnetworks/data"
  }

  metadata = {
    enable-oslogin         = "TRUE"
    block-project-ssh-keys = "TRUE"
    serial-port-enable     = "FALSE"
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  depends_on = [google_project_service.required]
}

# 35.235.240.0/20 is where Identity-Aware Proxy's tunnels come from.
resource "google_compute_firewall" "bastion" {
  name          = "${google_compute_instance.bastion.name}-iap"
  project       = local.network_project
  network       = var.private_network
  direction     = "INGRESS"
  source_ranges = ["35.235.240.0/20"]
  target_tags   = google_compute_instance.bastion.tags

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

# SSH forwards wherever the machine itself gets to: to the databases, and nowhere else in the network or out of it. Names
# and the metadata server are never closed to a machine.
resource "google_compute_firewall" "bastion_databases" {
  name               = "${google_compute_instance.bastion.name}-databases"
  project            = local.network_project
  network            = var.private_network
  direction          = "EGRESS"
  priority           = 999
  destination_ranges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
  target_tags        = google_compute_instance.bastion.tags

  allow {
    protocol = "tcp"
    ports    = ["3307"]
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_firewall" "bastion_nothing_else" {
  name               = "${google_compute_instance.bastion.name}-nothing-else"
  project            = local.network_project
  network            = var.private_network
  direction          = "EGRESS"
  priority           = 1000
  destination_ranges = ["0.0.0.0/0"]
  target_tags        = google_compute_instance.bastion.tags

  deny {
    protocol = "all"
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

resource "google_iap_tunnel_instance_iam_member" "bastion" {
  for_each = local.people

  project  = var.project_id
  zone     = google_compute_instance.bastion.zone
  instance = google_compute_instance.bastion.name
  role     = "roles/iap.tunnelResourceAccessor"
  member   = each.value.member
}

# On the project, because `gcloud compute ssh` reads the project first; of its machines the condition leaves this one.
resource "google_project_iam_member" "bastion_login" {
  for_each = local.people

  project = var.project_id
  role    = "roles/compute.osLogin"
  member  = each.value.member

  condition {
    title      = "only ${google_compute_instance.bastion.name}"
    expression = "resource.type != 'compute.googleapis.com/Instance' || resource.name.endsWith('/instances/${google_compute_instance.bastion.name}')"
  }
}
