locals {
  name = "coast"

  labels = {
    "environment" = "default"
    "platform"    = "coast"
    "team"        = "marine"
  }

  # Another one than ours where the network is shared.
  network_project = split("/", var.private_network)[1]

  # access.workloads
  workloads = {
    "loader" = {
      account_id         = "coast-loader"
      kubernetes_account = "etl/loader"
      buckets            = ["acme-marine-metaflow"]
      grants             = { ingest = "write", pgstac = "write" }
    }
    "tiles" = {
      account_id         = "coast-tiles"
      kubernetes_account = "web/tiles"
      buckets            = []
      grants             = { pgstac = "read" }
    }
  }

  # access.people
  people = {
    "group-marine-data-example-org" = {
      member = "group:marine-data@example.org"
      email  = "marine-data@example.org"
      type   = "CLOUD_IAM_GROUP"
      grants = { ingest = "write", pgstac = "write" }
    }
    "user-ben-example-org" = {
      member = "user:ben@example.org"
      email  = "ben@example.org"
      type   = "CLOUD_IAM_USER"
      grants = { pgstac = "read" }
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
