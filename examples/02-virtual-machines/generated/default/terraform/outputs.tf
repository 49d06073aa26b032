output "service_account_email" {
  description = "The Google service account that Metaflow's tasks run as."
  value       = google_service_account.workload["metaflow-task"].email
}

output "service_account_emails" {
  description = "The Google service account of each workload."
  value       = { for name, account in google_service_account.workload : name => account.email }
}
