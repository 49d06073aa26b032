output "instance_connection_name" {
  description = "What the Auth Proxy is given."
  value       = google_sql_database_instance.main.connection_name
}

output "private_ip_address" {
  description = "The instance's address in private_network."
  value       = google_sql_database_instance.main.private_ip_address
}

output "database_names" {
  description = "What each database is called on the instance."
  value       = { ingest = google_sql_database.ingest.name, pgstac = google_sql_database.pgstac.name }
}

output "database_users" {
  description = "The IAM logins of PostgreSQL: of workloads by their name, of people by their key."
  value = {
    workloads = { for name, user in google_sql_user.workload : name => user.name }
    people    = { for key, user in google_sql_user.person : key => user.name }
  }
}

output "service_account_email" {
  description = "The Google service account that Metaflow's tasks run as."
  value       = google_service_account.workload["metaflow-task"].email
}

output "service_account_emails" {
  description = "The Google service account of each workload."
  value       = { for name, account in google_service_account.workload : name => account.email }
}

locals {
  proxy_port = 5432
  proxy      = "cloud-sql-proxy --auto-iam-authn --private-ip --port=${local.proxy_port} ${google_sql_database_instance.main.connection_name}"

  # Without a quote: `terraform output` shows each as \", which no shell takes for one.
  psql = "PGSSLMODE=disable psql --host=127.0.0.1 --port=${local.proxy_port} --username=$(gcloud config get-value account)"
}

output "commands" {
  description = "Ready to paste, each in a terminal of its own: tunnel and proxy go on running."
  value = {
    tunnel         = "gcloud compute ssh ${google_compute_instance.bastion.name} --project=${var.project_id} --zone=${google_compute_instance.bastion.zone} --tunnel-through-iap -- -N -D 1080"
    proxy          = "ALL_PROXY=socks5://127.0.0.1:1080 ${local.proxy}"
    psql_ingest    = "${local.psql} ${google_sql_database.ingest.name}"
    psql_pgstac    = "${local.psql} ${google_sql_database.pgstac.name}"
    describe       = "gcloud sql instances describe ${google_sql_database_instance.main.name} --project=${var.project_id}"
    backups        = "gcloud sql backups list --instance=${google_sql_database_instance.main.name} --project=${var.project_id}"
    admin_password = "gcloud secrets versions access latest --secret=${google_secret_manager_secret.admin_password.secret_id} --project=${var.project_id}"
  }
}
