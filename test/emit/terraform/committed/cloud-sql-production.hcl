# Of the committed Cloud SQL instances whose environment is not for development.
run "cannot_be_deleted" {
  assert {
    condition = (
      google_sql_database_instance.main.deletion_protection &&
      google_sql_database_instance.main.settings[0].deletion_protection_enabled
    )
    error_message = "deletion protection in both places"
  }
  assert {
    condition     = google_sql_database_instance.main.settings[0].retain_backups_on_delete
    error_message = "its backups go with it"
  }
  assert {
    condition     = google_sql_database_instance.main.settings[0].availability_type == "REGIONAL"
    error_message = "survives its zone"
  }
}
