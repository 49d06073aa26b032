# hosting.cloudSql.bootstrap: terraform. The provider speaks to PostgreSQL itself, so plan and apply have to run where the
# instance's address is reached: on a machine of the network, or over a VPN into it (this scheme takes no SOCKS proxy).
# It logs in with the admin password, so db_password is always the one that is in force.
#
# Here are extensions, and in roles.tf group roles, schemas and their grants, as the init Job would make them. What
# stands on pgSTAC's own schema and tables comes after it, with `platform db init`: pgSTAC is no extension on Cloud SQL.
#
# What holds data refuses to be dropped, so before `terraform destroy` let it go with the instance:
#   terraform state list | grep ^postgresql_ | tr '\n' '\0' | xargs -0 terraform state rm

provider "postgresql" {
  scheme    = "gcppostgres"
  host      = google_sql_database_instance.main.connection_name
  username  = google_sql_user.admin.name
  password  = var.db_password
  superuser = false
}

resource "postgresql_extension" "pgstac" {
  for_each = toset(["btree_gist", "pg_cron", "postgis", "unaccent"])

  name     = each.value
  database = google_sql_database.pgstac.name
}
