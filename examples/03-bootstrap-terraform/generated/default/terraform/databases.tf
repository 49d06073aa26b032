# Nothing here is ever dropped by Terraform ("ABANDON"): a database holds data, and PostgreSQL refuses to drop a login
# that has been granted a role. A login that left the spec has lost its IAM roles, so it cannot get in.

resource "google_sql_database" "ingest" {
  name            = "ingest"
  instance        = google_sql_database_instance.main.name
  deletion_policy = "ABANDON"
}

# pgSTAC is no extension that Cloud SQL could offer: its schema in here is installed by `platform db init`.
resource "google_sql_database" "pgstac" {
  name            = "pgstac"
  instance        = google_sql_database_instance.main.name
  deletion_policy = "ABANDON"
}

# May create roles and extensions. Nobody's daily login.
resource "google_sql_user" "admin" {
  name                = "platform_admin"
  instance            = google_sql_database_instance.main.name
  password_wo         = var.db_password
  password_wo_version = var.db_password_version
  deletion_policy     = "ABANDON"
}

# New IAM logins may do nothing until their roles are granted.
resource "google_sql_user" "workload" {
  for_each = google_service_account.workload

  name            = trimsuffix(each.value.email, ".gserviceaccount.com")
  instance        = google_sql_database_instance.main.name
  type            = "CLOUD_IAM_SERVICE_ACCOUNT"
  deletion_policy = "ABANDON"
}

resource "google_sql_user" "person" {
  for_each = local.people

  name            = each.value.email
  instance        = google_sql_database_instance.main.name
  type            = each.value.type
  deletion_policy = "ABANDON"
}
