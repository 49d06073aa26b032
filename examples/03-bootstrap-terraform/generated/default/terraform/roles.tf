# Privileges belong to group roles, and logins are members of them. Those on tables come with the tables.

locals {
  # In each database who owns the schemas, which no login is ever made a member of, and what a login can be granted.
  groups = {
    ingest = {
      database = google_sql_database.ingest.name
      admin    = "ingest_admin"
      read     = "ingest_read"
      write    = "ingest_write"
    }
    pgstac = {
      database = google_sql_database.pgstac.name
      admin    = "pgstac_admin"
      read     = "pgstac_read"
      write    = "pgstac_ingest"
    }
  }

  # access.*.grants: a login's roles, by the key of its Terraform user.
  memberships = merge(concat(
    [for name, workload in local.workloads : {
      for database, level in workload.grants : "workload/${name}/${local.groups[database][level]}" => {
        login = google_sql_user.workload[name].name
        role  = local.groups[database][level]
      }
    }],
    [for key, person in local.people : {
      for database, level in person.grants : "person/${key}/${local.groups[database][level]}" => {
        login = google_sql_user.person[key].name
        role  = local.groups[database][level]
      }
    }],
  )...)
}

# Nobody is a superuser on Cloud SQL, and pgSTAC's SQL works only for a member of its roles: so they come before it. They
# own schemas, so none is ever dropped.
resource "postgresql_role" "group" {
  for_each = toset(flatten([for group in local.groups : [group.admin, group.read, group.write]]))

  name                = each.value
  skip_drop_role      = true
  skip_reassign_owned = true

  # The provider reads both back from PostgreSQL, and the next apply would undo what is granted below and set by pgSTAC.
  lifecycle {
    ignore_changes = [roles, search_path]
  }
}

resource "postgresql_grant_role" "admin" {
  for_each = postgresql_role.group

  role       = google_sql_user.admin.name
  grant_role = each.value.name
}

# Who writes may read.
resource "postgresql_grant_role" "writer_reads" {
  for_each = local.groups

  role       = postgresql_role.group[each.value.write].name
  grant_role = postgresql_role.group[each.value.read].name
}

resource "postgresql_grant_role" "login" {
  for_each = local.memberships

  role       = each.value.login
  grant_role = postgresql_role.group[each.value.role].name
}

# Whose database it is, and what the loader remembers: `platform db init` fills it.
resource "postgresql_schema" "platform" {
  for_each = local.groups

  name     = "platform"
  database = each.value.database
  owner    = postgresql_role.group[each.value.admin].name

  # Only a member may make it the owner; the provider would become one for a moment, beside the grant above.
  depends_on = [postgresql_grant_role.admin]
}

resource "postgresql_grant" "platform_readers" {
  for_each = local.groups

  role        = postgresql_role.group[each.value.read].name
  database    = each.value.database
  schema      = postgresql_schema.platform[each.key].name
  object_type = "schema"
  privileges  = ["USAGE"]
}

# After the readers: of two grants on one schema at the same moment PostgreSQL refuses one.
resource "postgresql_grant" "platform_writers" {
  for_each = local.groups

  role        = postgresql_role.group[each.value.write].name
  database    = each.value.database
  schema      = postgresql_schema.platform[each.key].name
  object_type = "schema"
  privileges  = ["USAGE"]

  depends_on = [postgresql_grant.platform_readers]
}

# ingestion_log is made in public, by its owner.
resource "postgresql_grant" "ingestion_log" {
  role        = postgresql_role.group[local.groups.ingest.admin].name
  database    = local.groups.ingest.database
  schema      = "public"
  object_type = "schema"
  privileges  = ["CREATE"]
}
