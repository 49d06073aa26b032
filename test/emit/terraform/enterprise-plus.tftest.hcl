# What an instance of the enterprise-plus edition with everything said of it must be.
mock_provider "google" {
  mock_resource "google_sql_database_instance" {
    defaults = {
      connection_name    = "acme-earth:europe-west1:sentinel2-postgres"
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
  db_password = "Sixteen characters, 1 digit"
}

run "has_its_edition_and_cache" {
  assert {
    condition = (
      google_sql_database_instance.main.settings[0].edition == "ENTERPRISE_PLUS" &&
      google_sql_database_instance.main.settings[0].data_cache_config[0].data_cache_enabled
    )
    error_message = "edition and data cache"
  }
  assert {
    condition = (
      google_sql_database_instance.main.settings[0].location_preference[0].zone == "europe-west1-b" &&
      google_sql_database_instance.main.settings[0].location_preference[0].secondary_zone == "europe-west1-c"
    )
    error_message = "zones: ${jsonencode(google_sql_database_instance.main.settings[0].location_preference[0])}"
  }
}

run "keeps_its_data" {
  assert {
    condition = (
      google_sql_database_instance.main.settings[0].retain_backups_on_delete &&
      google_sql_database_instance.main.settings[0].backup_configuration[0].location == "eu" &&
      google_sql_database_instance.main.settings[0].backup_configuration[0].transaction_log_retention_days == 35 &&
      google_sql_database_instance.main.settings[0].backup_configuration[0].backup_retention_settings[0].retained_backups == 40
    )
    error_message = "backups"
  }
}

run "is_maintained_when_it_suits" {
  assert {
    condition = google_sql_database_instance.main.settings[0].deny_maintenance_period[0] == {
      start_date = "2026-12-05", end_date = "2027-1-05", time = "00:00:00"
    }
    error_message = "the month without a zero, the day with one: ${jsonencode(google_sql_database_instance.main.settings[0].deny_maintenance_period[0])}"
  }
}

run "says_all_of_query_insights" {
  assert {
    condition = google_sql_database_instance.main.settings[0].insights_config[0] == {
      query_insights_enabled  = true
      query_plans_per_minute  = 20
      query_string_length     = 4500
      record_application_tags = true
      record_client_address   = true
    }
    error_message = "insights: ${jsonencode(google_sql_database_instance.main.settings[0].insights_config[0])}"
  }
}

run "asks_for_good_passwords" {
  assert {
    condition = google_sql_database_instance.main.settings[0].password_validation_policy[0] == {
      enable_password_policy      = true
      min_length                  = 16
      complexity                  = "COMPLEXITY_DEFAULT"
      disallow_username_substring = true
      reuse_interval              = 5
      password_change_interval    = "86400s"
    }
    error_message = "policy: ${jsonencode(google_sql_database_instance.main.settings[0].password_validation_policy[0])}"
  }
}

run "refuses_a_password_of_fifteen" {
  command = plan
  variables {
    db_password = "Fifteen chars 1"
  }
  expect_failures = [var.db_password]
}

run "refuses_a_password_of_one_kind" {
  command = plan
  variables {
    db_password = "sixteencharacters"
  }
  expect_failures = [var.db_password]
}

run "refuses_the_login_in_its_password" {
  command = plan
  variables {
    db_password = "My Platform_Admin, 1"
  }
  expect_failures = [var.db_password]
}

run "pools_connections" {
  assert {
    condition = (
      one(google_sql_database_instance.main.settings[0].connection_pool_config).connection_pooling_enabled &&
      { for flag in one(google_sql_database_instance.main.settings[0].connection_pool_config).flags : flag.name => flag.value } == { pool_mode = "session", max_pool_size = "100" }
    )
    error_message = "pool"
  }
}

run "gives_replicas_what_they_may_have" {
  assert {
    condition = { for key, replica in google_sql_database_instance.replica : key => [
      replica.region, replica.settings[0].availability_type, [for place in replica.settings[0].location_preference : place.zone],
      ] } == {
      read = ["europe-west1", "REGIONAL", ["europe-west1-d"]]
      us   = ["us-central1", "ZONAL", []]
    }
    error_message = "where"
  }
  assert {
    condition = { for key, replica in google_sql_database_instance.replica : key => { for flag in replica.settings[0].database_flags : flag.name => flag.value } } == {
      read = merge({ for flag in google_sql_database_instance.main.settings[0].database_flags : flag.name => flag.value }, { log_statement = "all", max_standby_streaming_delay = "300000" })
      us   = { for flag in google_sql_database_instance.main.settings[0].database_flags : flag.name => flag.value }
    }
    error_message = "the primary's flags, and those in which it differs"
  }
  assert {
    condition = alltrue([
      for replica in google_sql_database_instance.replica :
      replica.deletion_protection &&
      replica.settings[0].deletion_protection_enabled &&
      replica.settings[0].disk_autoresize &&
      replica.settings[0].data_cache_config[0].data_cache_enabled &&
      replica.settings[0].insights_config[0].query_insights_enabled &&
      length(replica.settings[0].maintenance_window) == 0 &&
      length(replica.settings[0].password_validation_policy) == 0
    ])
    error_message = "protected and watched; no window and no policy of its own"
  }
}
