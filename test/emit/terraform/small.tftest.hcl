# What an environment that may be lost, and is stopped, must be: one overlay away from the durable defaults.
mock_provider "google" {
  mock_resource "google_sql_database_instance" {
    defaults = {
      connection_name    = "acme-earth:europe-west1:sentinel2-dev-postgres"
      private_ip_address = "10.1.2.3"
    }
  }
  mock_resource "google_service_account" {
    defaults = {
      email  = "x@acme-earth.iam.gserviceaccount.com"
      member = "serviceAccount:x@acme-earth.iam.gserviceaccount.com"
    }
  }
}

variables {
  db_password = "twelve chars"
}

run "may_be_deleted" {
  assert {
    condition = alltrue([
      for instance in concat([google_sql_database_instance.main], values(google_sql_database_instance.replica)) :
      !instance.deletion_protection && !instance.settings[0].deletion_protection_enabled
    ])
    error_message = "deletion protection"
  }
  assert {
    condition     = google_sql_database_instance.main.settings[0].retain_backups_on_delete == false
    error_message = "backups go with it"
  }
}

run "is_stopped" {
  assert {
    condition = (
      google_sql_database_instance.main.settings[0].activation_policy == "NEVER" &&
      google_sql_database_instance.main.settings[0].availability_type == "ZONAL"
    )
    error_message = "activation"
  }
}

run "has_no_query_insights" {
  assert {
    condition = alltrue([
      for instance in concat([google_sql_database_instance.main], values(google_sql_database_instance.replica)) :
      !instance.settings[0].insights_config[0].query_insights_enabled
    ])
    error_message = "turned off by a block that says so"
  }
}

run "has_no_pool_and_no_policy" {
  assert {
    condition = (
      length(google_sql_database_instance.main.settings[0].password_validation_policy) == 0 &&
      length(google_sql_database_instance.main.settings[0].deny_maintenance_period) == 0 &&
      google_sql_database_instance.main.settings[0].data_cache_config[0].data_cache_enabled == false
    )
    error_message = "what is not asked for"
  }
}
