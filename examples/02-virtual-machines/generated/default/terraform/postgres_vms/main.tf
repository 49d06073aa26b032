# The machines are private: no external address unless the spec asks. The subnetwork then needs a way out for Debian's
# packages, Google's and pgSTAC's release. Most networks have a Cloud NAT; one without gets it once by
#   gcloud compute routers create nat --project=acme-fields --network=main --region=europe-west4
#   gcloud compute routers nats create nat --project=acme-fields --router=nat --region=europe-west4 \
#     --auto-allocate-nat-external-ips --nat-all-subnet-ip-ranges

locals {
  name            = "harvest"
  region          = "europe-west4"
  zone            = "europe-west4-a"
  network         = "projects/acme-fields/global/networks/main"
  network_project = split("/", local.network)[1]

  labels = {
    "environment" = "default"
    "platform"    = "harvest"
    "team"        = "agronomy"
  }

  # By database: its machine, and where the machine keeps what clients need.
  machines = {
    "ingest" = {
      name            = "ingest-postgres"
      account_id      = "harvest-ingest-postgres"
      password_secret = "harvest-ingest-password"
      ca_secret       = "harvest-ingest-ca"
      backup_folder   = "harvest/ingest"
    }
    "pgstac" = {
      name            = "pgstac-postgres"
      account_id      = "harvest-pgstac-postgres"
      password_secret = "harvest-pgstac-password"
      ca_secret       = "harvest-pgstac-ca"
      backup_folder   = "harvest/pgstac"
    }
  }
}

# Left on by `terraform destroy`: something else in the project may need them.
resource "google_project_service" "required" {
  for_each = toset([
    "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com",
    "iam.googleapis.com",
    "iap.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "oslogin.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
  ])

  service            = each.value
  disable_on_destroy = false
}
