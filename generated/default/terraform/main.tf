locals {
  name = "sentinel2"

  labels = {
    "environment" = "default"
    "platform"    = "sentinel2"
    "team"        = "earth-observation"
  }

  # Another one than ours where the network is shared.
  network_project = split("/", var.private_network)[1]

  # access.workloads
  workloads = {
    "metaflow-task" = {
      account_id         = "sentinel2-metaflow-task"
      kubernetes_account = "metaflow/metaflow-task"
      buckets            = ["acme-earth-metaflow"]
    }
  }

  # access.people
  people = {
    "user-ana-example-org" = {
      member = "user:ana@example.org"
      email  = "ana@example.org"
      type   = "CLOUD_IAM_USER"
    }
  }
}

# Left on by `terraform destroy`: something else in the project may need them.
resource "google_project_service" "required" {
  for_each = toset([
    "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "iap.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "oslogin.googleapis.com",
    "secretmanager.googleapis.com",
    "servicenetworking.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
  ])

  service            = each.value
  disable_on_destroy = false
}
