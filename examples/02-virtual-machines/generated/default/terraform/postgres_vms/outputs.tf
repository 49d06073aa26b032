output "private_ip_addresses" {
  description = "By database."
  value       = { for database, machine in google_compute_instance.database : database => machine.network_interface[0].network_ip }
}

output "service_account_emails" {
  description = "Of the machines, by database."
  value       = { for database, account in google_service_account.machine : database => account.email }
}

output "backups" {
  description = "By database: where its backups are."
  value       = { for database, machine in local.machines : database => "gs://${local.backup_bucket}/${machine.backup_folder}" }
}

output "secrets" {
  description = "By database: the secrets that hold the login's password and the CA's certificate."
  value = {
    for database, machine in local.machines : database => {
      password = google_secret_manager_secret.password[database].secret_id
      ca       = google_secret_manager_secret.ca[database].secret_id
    }
  }
}

output "commands" {
  description = "Ready to paste, by database."
  value = {
    for database, machine in google_compute_instance.database : database => {
      tunnel   = "gcloud compute start-iap-tunnel ${machine.name} 5432 --local-host-port=127.0.0.1:5432 --zone=${local.zone} --project=${var.project_id}"
      ssh      = "gcloud compute ssh ${machine.name} --tunnel-through-iap --zone=${local.zone} --project=${var.project_id}"
      log      = "gcloud compute ssh ${machine.name} --tunnel-through-iap --zone=${local.zone} --project=${var.project_id} --command='sudo journalctl -u google-startup-scripts'"
      ca       = "gcloud secrets versions access latest --secret=${google_secret_manager_secret.ca[database].secret_id} --project=${var.project_id}"
      backups  = "gcloud compute ssh ${machine.name} --tunnel-through-iap --zone=${local.zone} --project=${var.project_id} --command='sudo -u postgres pgbackrest info'"
      password = "gcloud secrets versions access latest --secret=${google_secret_manager_secret.password[database].secret_id} --project=${var.project_id}"
    }
  }
}
