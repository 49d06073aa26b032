# Compiled from the platform's spec by `platform compile`: change the spec, not this folder.
terraform {
  # The first, of Terraform as of OpenTofu, with write-only arguments, which keep the admin password out of the state.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8.0"
    }
  }
}

# The spec has no gcp.terraformState, so the state is the file terraform.tfstate of this folder on the machine that ran
# apply. Keep it: an apply without it, from a colleague's machine say, makes everything a second time and fails on names
# that are taken. With gcp.terraformState: gs://BUCKET/PREFIX it is in a bucket, locked while someone applies.

provider "google" {
  project = var.project_id
  region  = local.region
  zone    = local.zone
}
