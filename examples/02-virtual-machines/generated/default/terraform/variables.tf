# Every default is the spec's value. Another one is refused, because the manifests, the DSNs and the names below were
# compiled from the same value.

variable "project_id" {
  description = "The Google Cloud project (gcp.project)."
  type        = string
  default     = "acme-fields"

  validation {
    condition     = var.project_id == "acme-fields"
    error_message = "This folder was compiled for another project: change gcp.project in the spec and compile again."
  }
}

variable "region" {
  description = "The region (gcp.region)."
  type        = string
  default     = "europe-west4"

  validation {
    condition     = var.region == "europe-west4"
    error_message = "This folder was compiled for another region: change gcp.region in the spec and compile again."
  }
}

variable "private_network" {
  description = "The VPC network the databases are private in (gcp.network)."
  type        = string
  default     = "projects/acme-fields/global/networks/main"

  validation {
    condition     = var.private_network == "projects/acme-fields/global/networks/main"
    error_message = "This folder was compiled for another network: change gcp.network in the spec and compile again."
  }
}
