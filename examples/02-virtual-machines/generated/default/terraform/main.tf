locals {
  name = "harvest"

  labels = {
    "environment" = "default"
    "platform"    = "harvest"
    "team"        = "agronomy"
  }

  # access.workloads
  workloads = {
    "metaflow-task" = {
      account_id         = "harvest-metaflow-task"
      kubernetes_account = "metaflow/metaflow-task"
      buckets            = ["acme-fields-metaflow"]
      secrets            = ["harvest-ingest-password", "harvest-ingest-ca", "harvest-pgstac-password", "harvest-pgstac-ca"]
    }
  }
}

# Left on by `terraform destroy`: something else in the project may need them.
resource "google_project_service" "required" {
  for_each = toset([
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
  ])

  service            = each.value
  disable_on_destroy = false
}
