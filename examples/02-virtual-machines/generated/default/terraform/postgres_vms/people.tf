# access.people get a tunnel to PostgreSQL's port and no shell: whoever has a shell has the machine's identity too.
locals {
  people = {
    "group-agronomy-data-example-org" = {
      member    = "group:agronomy-data@example.org"
      databases = ["ingest", "pgstac"]
      writes    = ["ingest", "pgstac"]
    }
    "user-ben-example-org" = {
      member    = "user:ben@example.org"
      databases = ["ingest", "pgstac"]
      writes    = []
    }
  }

  readers = merge([
    for key, person in local.people : {
      for database in person.databases : "${key}/${database}" => { member = person.member, database = database }
    }
  ]...)
}

resource "google_iap_tunnel_instance_iam_member" "person" {
  for_each = local.readers

  project  = var.project_id
  zone     = local.zone
  instance = google_compute_instance.database[each.value.database].name
  role     = "roles/iap.tunnelResourceAccessor"
  member   = each.value.member

  condition {
    title      = "only PostgreSQL"
    expression = "destination.port == 5432"
  }
}

resource "google_secret_manager_secret_iam_member" "person_ca" {
  for_each = local.readers

  secret_id = google_secret_manager_secret.ca[each.value.database].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = each.value.member
}

# The machine's one login may write, so its password is for those who may.
resource "google_secret_manager_secret_iam_member" "person_password" {
  for_each = merge([
    for key, person in local.people : {
      for database in person.writes : "${key}/${database}" => { member = person.member, database = database }
    }
  ]...)

  secret_id = google_secret_manager_secret.password[each.value.database].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = each.value.member
}
