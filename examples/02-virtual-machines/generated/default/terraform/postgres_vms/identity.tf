# One identity a machine. It may read and write its own login's password, publish its CA's certificate, keep its backups
# (backups.tf) and send metrics and logs: nothing else.
resource "google_service_account" "machine" {
  for_each = local.machines

  account_id   = each.value.account_id
  display_name = "${local.name}: ${each.value.name}"
  depends_on   = [google_project_service.required]
}

# Its first version is made by the machine when it first boots, so no password is ever in Terraform, its state or a
# terminal. A password of your own: gcloud secrets versions add SECRET --data-file=-, then reboot or run the script.
resource "google_secret_manager_secret" "password" {
  for_each = local.machines

  secret_id = each.value.password_secret
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = local.region
      }
    }
  }

  depends_on = [google_project_service.required]
}

# The certificate by which clients know the server (sslrootcert). It is no secret; it is here because clients read here.
resource "google_secret_manager_secret" "ca" {
  for_each = local.machines

  secret_id = each.value.ca_secret
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = local.region
      }
    }
  }

  depends_on = [google_project_service.required]
}

resource "google_secret_manager_secret_iam_member" "password" {
  for_each = {
    for pair in setproduct(keys(local.machines), ["secretAccessor", "secretVersionAdder"]) :
    join("/", pair) => { machine = pair[0], role = pair[1] }
  }

  secret_id = google_secret_manager_secret.password[each.value.machine].secret_id
  role      = "roles/secretmanager.${each.value.role}"
  member    = google_service_account.machine[each.value.machine].member
}

resource "google_secret_manager_secret_iam_member" "ca" {
  for_each = local.machines

  secret_id = google_secret_manager_secret.ca[each.key].secret_id
  role      = "roles/secretmanager.secretVersionAdder"
  member    = google_service_account.machine[each.key].member
}

# For the Ops Agent. Neither role reads anything.
resource "google_project_iam_member" "telemetry" {
  for_each = {
    for pair in setproduct(keys(local.machines), ["logging.logWriter", "monitoring.metricWriter"]) :
    join("/", pair) => { machine = pair[0], role = pair[1] }
  }

  project = var.project_id
  role    = "roles/${each.value.role}"
  member  = google_service_account.machine[each.value.machine].member
}
