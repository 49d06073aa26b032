# The alerts and the dashboard of machines with every default.
mock_provider "google" {
  mock_resource "google_compute_instance" {
    defaults = { instance_id = "42" }
  }
}

run "alerts_on_both_machines" {
  assert {
    condition     = { for key, alert in google_monitoring_alert_policy.machine : key => alert.conditions[0].condition_threshold[0].threshold_value } == { cpu = 0.8, memory = 90, disk = 85 }
    error_message = "thresholds: the agent's are in percent"
  }
  assert {
    condition     = alltrue([for alert in google_monitoring_alert_policy.machine : startswith(alert.conditions[0].condition_threshold[0].filter, "resource.type = \"gce_instance\" AND resource.labels.instance_id = one_of(\"42\", \"42\") AND metric.type = ")])
    error_message = "of these machines: ${google_monitoring_alert_policy.machine["cpu"].conditions[0].condition_threshold[0].filter}"
  }
  assert {
    condition = (
      google_monitoring_alert_policy.connections.conditions[0].condition_threshold[0].threshold_value == 0.8 &&
      endswith(google_monitoring_alert_policy.connections.conditions[0].condition_threshold[0].denominator_filter, "workload.googleapis.com/postgresql.connection.max\"")
    )
    error_message = "a share of max_connections"
  }
  assert {
    condition     = google_monitoring_alert_policy.down.conditions[0].condition_absent[0].duration == "300s" && google_monitoring_alert_policy.down.severity == "CRITICAL"
    error_message = "down"
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.machine["cpu"].documentation[0].content, "gcloud compute ssh ingest-postgres --tunnel-through-iap --zone=europe-west1-b --project=acme-earth\ngcloud compute ssh pgstac-postgres ")
    error_message = "whole commands: ${google_monitoring_alert_policy.machine["cpu"].documentation[0].content}"
  }
}

run "alerts_on_backups_that_never_were" {
  assert {
    condition = { for key, alert in google_monitoring_alert_policy.backup_missing : key => alert.conditions[0].condition_prometheus_query_language[0].query } == {
      ingest = "absent_over_time(logging_googleapis_com:user_sentinel2_ingest_backups{monitored_resource=\"gce_instance\"}[25h])"
      pgstac = "absent_over_time(logging_googleapis_com:user_sentinel2_pgstac_backups{monitored_resource=\"gce_instance\"}[25h])"
    }
    error_message = "of each machine"
  }
  # The unit and the agent's receiver are the startup script's.
  assert {
    condition     = alltrue([for metric in google_logging_metric.backups : strcontains(metric.filter, "/logs/journal\" AND ") && strcontains(metric.filter, "jsonPayload.UNIT = \"platform-backup.service\"")])
    error_message = "which entries"
  }
}

run "shows_what_is_watched" {
  assert {
    condition = {
      for tile in jsondecode(google_monitoring_dashboard.database.dashboard_json).mosaicLayout.tiles :
      tile.widget.title => tile.widget.xyChart.thresholds[0].value if can(tile.widget.xyChart.thresholds)
    } == { CPU = 0.8, "Memory without caches" = 90, Disks = 85 }
    error_message = "thresholds are the alerts'"
  }
  assert {
    condition     = length(regexall(":(0|\"\"|\\[\\]|\\{\\}|null|false)[,}]", google_monitoring_dashboard.database.dashboard_json)) == 0
    error_message = "the dashboard says a 0 or something empty: ${google_monitoring_dashboard.database.dashboard_json}"
  }
}
