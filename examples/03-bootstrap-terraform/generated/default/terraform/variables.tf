# Every default is the spec's value. Another one is refused, because the manifests, the DSNs and the names below were
# compiled from the same value.

variable "project_id" {
  description = "The Google Cloud project (gcp.project)."
  type        = string
  default     = "acme-marine"

  validation {
    condition     = var.project_id == "acme-marine"
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
  default     = "projects/acme-network/global/networks/shared"

  validation {
    condition     = var.private_network == "projects/acme-network/global/networks/shared"
    error_message = "This folder was compiled for another network: change gcp.network in the spec and compile again."
  }
}

# Ephemeral: it is in no plan and no state, so every apply asks for it. It reaches the admin login and its secret only.
variable "db_password" {
  description = "The password of the admin login. Nothing but the init Job and this folder uses it."
  type        = string
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = try(length(var.db_password), 0) >= 12
    error_message = "The admin password has at least 12 characters: openssl rand -base64 24 makes one."
  }

  validation {
    condition     = !can(regex("[[:cntrl:]]", var.db_password))
    error_message = "The admin password has no line break and nothing else of control: no DSN and no prompt takes one."
  }
}

# Terraform cannot see that a write-only value changed: only a higher number here sends a new password.
variable "db_password_version" {
  description = "Raise it by one to set another db_password."
  type        = number
  default     = 1

  validation {
    condition     = try(var.db_password_version >= 1 && floor(var.db_password_version) == var.db_password_version, false)
    error_message = "The version of db_password is a whole number from 1 up."
  }
}
