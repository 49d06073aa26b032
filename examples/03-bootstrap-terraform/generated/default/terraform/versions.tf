# Compiled from the platform's spec by `platform compile`: change the spec, not this folder.
terraform {
  # The first, of Terraform as of OpenTofu, with write-only arguments, which keep the admin password out of the state.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8.0"
    }

    postgresql = {
      source  = "cyrilgdn/postgresql"
      version = ">= 1.26, < 2.0"
    }
  }

  backend "gcs" {
    bucket = "acme-marine-state"
    prefix = "coast"
  }
}

provider "google" {
  project = var.project_id
  region  = var.region
}
