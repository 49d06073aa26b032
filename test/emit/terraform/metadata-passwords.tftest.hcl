mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email  = "x@acme-earth.iam.gserviceaccount.com"
      member = "serviceAccount:x@acme-earth.iam.gserviceaccount.com"
    }
  }
}

variables {
  ingest_password = "it's \"$HOME\" and {more}"
  pgstac_password = "another one of these"
}

run "reaches_its_own_machine_only" {
  assert {
    condition = {
      for database, machine in google_compute_instance.database :
      database => { for key, value in machine.metadata : key => nonsensitive(value) if endswith(key, "_PASSWORD") }
      } == {
      ingest = { INGEST_PASSWORD = "it's \"$HOME\" and {more}" }
      pgstac = { PGSTAC_PASSWORD = "another one of these" }
    }
    error_message = "each machine is told its own login's password"
  }
  assert {
    condition     = issensitive(google_compute_instance.database["ingest"].metadata["INGEST_PASSWORD"])
    error_message = "a plan shows the password"
  }
  assert {
    condition     = !issensitive(google_compute_instance.database["ingest"].metadata["startup-script"])
    error_message = "a plan hides what the script becomes"
  }
  assert {
    condition     = google_secret_manager_secret.password["ingest"].secret_id == "sentinel2-ingest-password"
    error_message = "clients read it where they always do"
  }
}

run "refuses_a_short_one" {
  command = plan
  variables {
    ingest_password = "eleven-long"
  }
  expect_failures = [var.ingest_password]
}

run "refuses_a_line_break" {
  command = plan
  variables {
    pgstac_password = "twelve and\nmore"
  }
  expect_failures = [var.pgstac_password]
}
