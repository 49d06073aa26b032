# Of every committed Cloud SQL instance, in every environment.
run "is_private_encrypted_and_backed_up" {
  assert {
    condition = alltrue([
      for instance in google_sql_database_instance.main[*] :
      !instance.settings[0].ip_configuration[0].ipv4_enabled &&
      length(instance.settings[0].ip_configuration[0].authorized_networks) == 0 &&
      instance.settings[0].ip_configuration[0].ssl_mode != "ALLOW_UNENCRYPTED_AND_ENCRYPTED"
    ])
    error_message = "reached in the clear or from the internet"
  }
  assert {
    condition = (
      google_sql_database_instance.main.settings[0].backup_configuration[0].enabled &&
      google_sql_database_instance.main.settings[0].backup_configuration[0].point_in_time_recovery_enabled
    )
    error_message = "backups"
  }
  assert {
    condition     = google_sql_user.admin.password == null && google_secret_manager_secret_version.admin_password.secret_data == null
    error_message = "the password is in the state"
  }
}

run "gives_roles_on_this_instance_only" {
  assert {
    condition = toset([
      for member in concat(values(google_project_iam_member.cloudsql_client), values(google_project_iam_member.cloudsql_login)) : member.role
    ]) == toset(["roles/cloudsql.client", "roles/cloudsql.instanceUser"])
    error_message = "roles on the project"
  }
  assert {
    condition = alltrue([
      for member in concat(values(google_project_iam_member.cloudsql_client), values(google_project_iam_member.cloudsql_login)) :
      strcontains(member.condition[0].expression, "instances/${google_sql_database_instance.main.name}'")
    ])
    error_message = "bound by condition to the instance"
  }
  assert {
    condition     = alltrue([for member in google_storage_bucket_iam_member.workload : member.role == "roles/storage.objectUser"])
    error_message = "roles on buckets"
  }
}
