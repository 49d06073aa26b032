# The alerts and the dashboard of a Cloud SQL environment with every default.
mock_provider "google" {
  mock_resource "google_sql_database_instance" {
    defaults = {
      connection_name    = "acme-earth:europe-west1:sentinel2-postgres"
      private_ip_address = "10.1.2.3"
    }
  }
}

variables {
  db_password = "twelve chars"
}

run "alerts_on_shares" {
  assert {
    condition     = !strcontains(google_monitoring_alert_policy.database["disk"].documentation[0].content, "--storage-auto-increase-limit")
    error_message = "a disk without a limit has none that could be raised"
  }
  assert {
    condition = { for key, alert in google_monitoring_alert_policy.database : key => alert.conditions[0].condition_threshold[0].threshold_value } == {
      cpu = 0.8, memory = 0.9, disk = 0.85 * 65536 * pow(1024, 3), connections = 320, transaction_ids = 0.5
    }
    error_message = "thresholds: ${jsonencode({ for key, alert in google_monitoring_alert_policy.database : key => alert.conditions[0].condition_threshold[0].threshold_value })}"
  }
  assert {
    condition = alltrue([
      for alert in google_monitoring_alert_policy.database :
      startswith(alert.conditions[0].condition_threshold[0].filter, "resource.type = \"cloudsql_database\" AND resource.labels.database_id = \"acme-earth:sentinel2-postgres\" AND metric.type = \"cloudsql.googleapis.com/database/")
    ])
    error_message = "of this instance"
  }
  assert {
    condition = alltrue([
      for alert in google_monitoring_alert_policy.database :
      strcontains(alert.documentation[0].content, "cloud-sql-proxy --private-ip --port=5432 acme-earth:europe-west1:sentinel2-postgres &\n") &&
      strcontains(alert.documentation[0].content, "versions access latest --secret=sentinel2-admin-password --project=acme-earth") &&
      length(alert.documentation[0].content) < 8192
    ])
    error_message = "what to do, in whole commands: ${google_monitoring_alert_policy.database["cpu"].documentation[0].content}"
  }
  assert {
    condition     = alltrue([for alert in google_monitoring_alert_policy.database : length(alert.notification_channels) == 0])
    error_message = "nobody is told unless the spec says whom"
  }
}

run "alerts_when_it_is_down" {
  assert {
    condition = (
      google_monitoring_alert_policy.down.severity == "CRITICAL" &&
      google_monitoring_alert_policy.down.enabled &&
      google_monitoring_alert_policy.down.conditions[0].condition_threshold[0].comparison == "COMPARISON_LT" &&
      google_monitoring_alert_policy.down.conditions[0].condition_threshold[0].evaluation_missing_data == "EVALUATION_MISSING_DATA_ACTIVE"
    )
    error_message = "down, or silent"
  }
}

run "alerts_on_backups_that_fail_or_never_were" {
  assert {
    condition     = google_logging_metric.backups.name == "sentinel2_postgres_backups"
    error_message = "a name that PromQL has too"
  }
  assert {
    condition = (
      strcontains(google_monitoring_alert_policy.backup_failed.conditions[0].condition_matched_log[0].filter, "logName = \"projects/acme-earth/logs/cloudaudit.googleapis.com%2Fsystem_event\" AND ") &&
      endswith(google_monitoring_alert_policy.backup_failed.conditions[0].condition_matched_log[0].filter, " AND protoPayload.metadata.windowStatus = \"STATUS_FAILED\"")
    )
    error_message = "which entries"
  }
  assert {
    condition     = google_monitoring_alert_policy.backup_failed.alert_strategy[0].notification_rate_limit[0].period == "3600s"
    error_message = "Google refuses a log-based policy without a rate limit"
  }
  assert {
    condition     = startswith(google_monitoring_alert_policy.backup_failed.documentation[0].content, "Cloud SQL says: $${log.extracted_label.message}\n")
    error_message = "the entry's own words, which Cloud Monitoring puts in"
  }
  assert {
    condition     = google_monitoring_alert_policy.backup_missing.conditions[0].condition_prometheus_query_language[0].query == "absent_over_time(logging_googleapis_com:user_sentinel2_postgres_backups{monitored_resource=\"cloudsql_database\", status=\"STATUS_SUCCEEDED\"}[25h]) and on () count_over_time(cloudsql_googleapis_com:database_up{monitored_resource=\"cloudsql_database\", database_id=\"acme-earth:sentinel2-postgres\"}[1h] offset 23h)"
    error_message = "25 hours, the most for a metric of logs, of an instance that was there a day before"
  }
  assert {
    condition     = google_monitoring_alert_policy.backup_missing.conditions[0].condition_prometheus_query_language[0].duration == "${(36 - 25) * 3600}s"
    error_message = "36 hours in all"
  }
}

run "shows_what_is_watched" {
  assert {
    condition = [for tile in jsondecode(google_monitoring_dashboard.database.dashboard_json).mosaicLayout.tiles : tile.widget.title] == [
      "CPU", "Memory without caches", "Disk: how much is used, how large it is", "Connections by database", "Rows written: what is loaded",
      "Transactions by database", "Deadlocks by database", "Transaction ids", "Backups by status",
    ]
    error_message = "charts"
  }
  # terraform-provider-google #7242, #24650: what Google leaves out of its answer is a change at every plan.
  assert {
    condition     = length(regexall(":(0|\"\"|\\[\\]|\\{\\}|null|false)[,}]", google_monitoring_dashboard.database.dashboard_json)) == 0
    error_message = "the dashboard says a 0 or something empty: ${google_monitoring_dashboard.database.dashboard_json}"
  }
  assert {
    condition = {
      for tile in jsondecode(google_monitoring_dashboard.database.dashboard_json).mosaicLayout.tiles :
      tile.widget.title => tile.widget.xyChart.thresholds[0].value if can(tile.widget.xyChart.thresholds)
    } == { CPU = 0.8, "Memory without caches" = 0.9, "Connections by database" = 320, "Transaction ids" = 0.5 }
    error_message = "thresholds are the alerts'"
  }
}
