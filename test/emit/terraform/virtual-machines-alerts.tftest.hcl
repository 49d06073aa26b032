# The alerts and the dashboard of machines with every default.
mock_provider "google" {
  mock_resource "google_compute_instance" {
    defaults = { instance_id = "42" }
  }
}

run "alerts_on_both_machines" {
  assert {
    condition = { for key, alert in google_monitoring_alert_policy.machine : key => alert.conditions[0].condition_prometheus_query_language[0].query } == {
      cpu         = "compute_googleapis_com:instance_cpu_utilization{monitored_resource=\"gce_instance\", instance_id=~\"42|42\"} > 0.8"
      memory      = "agent_googleapis_com:memory_percent_used{monitored_resource=\"gce_instance\", instance_id=~\"42|42\", state=\"used\"} > 90"
      disk        = "agent_googleapis_com:disk_percent_used{monitored_resource=\"gce_instance\", instance_id=~\"42|42\", state=\"used\"} > 85"
      connections = "sum by (instance_id) (workload_googleapis_com:postgresql_backends{monitored_resource=\"gce_instance\", instance_id=~\"42|42\"}) / sum by (instance_id) (workload_googleapis_com:postgresql_connection_max{monitored_resource=\"gce_instance\", instance_id=~\"42|42\"}) > 0.8"
    }
    error_message = "of these machines, the agent's in percent: ${jsonencode({ for key, alert in google_monitoring_alert_policy.machine : key => alert.conditions[0].condition_prometheus_query_language[0].query })}"
  }
  # terraform-provider-google #10325: of a metric that no agent in the project has sent yet, all else is refused.
  assert {
    condition = alltrue([
      for alert in concat(values(google_monitoring_alert_policy.machine), [google_monitoring_alert_policy.down], values(google_monitoring_alert_policy.silent), values(google_monitoring_alert_policy.backup_missing)) :
      alert.conditions[0].condition_prometheus_query_language[0].disable_metric_validation
    ])
    error_message = "the first apply of a project fails"
  }
  assert {
    condition     = google_monitoring_alert_policy.down.conditions[0].condition_prometheus_query_language[0].query == "count by (instance_id) (count_over_time(workload_googleapis_com:postgresql_connection_max{monitored_resource=\"gce_instance\", instance_id=~\"42|42\"}[1d] offset 5m)) unless count by (instance_id) (count_over_time(workload_googleapis_com:postgresql_connection_max{monitored_resource=\"gce_instance\", instance_id=~\"42|42\"}[5m]))" && google_monitoring_alert_policy.down.severity == "CRITICAL"
    error_message = "down"
  }
  assert {
    condition     = { for key, alert in google_monitoring_alert_policy.silent : key => alert.conditions[0].condition_prometheus_query_language[0].query } == { for key in ["ingest", "pgstac"] : key => "absent_over_time(workload_googleapis_com:postgresql_connection_max{monitored_resource=\"gce_instance\", instance_id=\"42\"}[1d])" }
    error_message = "a machine that never came up"
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.machine["cpu"].documentation[0].content, "gcloud compute ssh ingest-postgres --tunnel-through-iap --zone=europe-west1-b --project=acme-earth # 42\ngcloud compute ssh pgstac-postgres ")
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
