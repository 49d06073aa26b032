# The admin password, for whoever has to look it up. In the instance's region only.
resource "google_secret_manager_secret" "admin_password" {
  secret_id = "coast-admin-password"
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  depends_on = [google_project_service.required]
}

resource "google_secret_manager_secret_version" "admin_password" {
  secret                 = google_secret_manager_secret.admin_password.id
  secret_data_wo         = var.db_password
  secret_data_wo_version = var.db_password_version

  # A new password is there before the old version is gone.
  lifecycle {
    create_before_destroy = true
  }
}
