# terraform/ where the databases are on virtual machines: the workloads' identities and what they read.
mock_provider "google" {}

run "holds_the_workloads_only" {
  assert {
    condition     = keys(google_service_account.workload) == ["metaflow-task", "stac-api"]
    error_message = "accounts"
  }
  assert {
    condition = keys(google_secret_manager_secret_iam_member.workload) == [
      "metaflow-task/sentinel2-ingest-ca", "metaflow-task/sentinel2-ingest-password",
      "metaflow-task/sentinel2-pgstac-ca", "metaflow-task/sentinel2-pgstac-password",
      "stac-api/sentinel2-ingest-ca", "stac-api/sentinel2-ingest-password",
    ]
    error_message = "secrets"
  }
  assert {
    condition     = keys(google_service_account_iam_member.workload_identity) == ["metaflow-task", "stac-api"]
    error_message = "Workload Identity"
  }
}
