variable "project_id" {
  description = "The Google Cloud project (gcp.project)."
  type        = string
  default     = "acme-fields"

  validation {
    condition     = var.project_id == "acme-fields"
    error_message = "This folder was compiled for another project: change gcp.project in the spec and compile again."
  }
}
