# Alerts with thresholds and people of their own, replicas, and a disk with a limit.
mock_provider "google" {
  mock_resource "google_monitoring_notification_channel" {
    defaults = { name = "projects/acme-earth/notificationChannels/made" }
  }
}
mock_provider "postgresql" {}

variables {
  db_password = "twelve chars"
}

run "tells_channels_and_addresses" {
  assert {
    condition     = { for key, channel in google_monitoring_notification_channel.email : key => [channel.type, channel.labels.email_address] } == { "oncall@example.org" = ["email", "oncall@example.org"] }
    error_message = "a channel for each address"
  }
  assert {
    condition = alltrue([
      for alert in concat(values(google_monitoring_alert_policy.database), [
        google_monitoring_alert_policy.down, google_monitoring_alert_policy.replication,
        google_monitoring_alert_policy.backup_failed, google_monitoring_alert_policy.backup_missing,
      ]) :
      alert.notification_channels == tolist(["projects/acme-earth/notificationChannels/1", "projects/acme-earth/notificationChannels/made"])
    ])
    error_message = "every policy tells both"
  }
}

run "draws_what_a_plan_finds_again" {
  # terraform-provider-google #7242, #24650: what Google leaves out of its answer is a change at every plan.
  assert {
    condition     = length(regexall(":(0|\"\"|\\[\\]|\\{\\}|null|false)[,}]", google_monitoring_dashboard.database.dashboard_json)) == 0
    error_message = "the dashboard says a 0 or something empty: ${google_monitoring_dashboard.database.dashboard_json}"
  }
}

run "alerts_as_said" {
  assert {
    condition = { for key, alert in google_monitoring_alert_policy.database : key => alert.conditions[0].condition_threshold[0].threshold_value } == {
      memory = 0.9, disk = 0.85 * 500 * pow(1024, 3), connections = 0.8 * 500, transaction_ids = 0.4
    }
    error_message = "cpu: false is no alert on CPU; the disk's is of its limit"
  }
}

run "watches_replicas_as_servers" {
  assert {
    condition = { for key, alert in google_monitoring_alert_policy.database : key => length(regexall("sentinel2-postgres-(read|us)", alert.conditions[0].condition_threshold[0].filter)) } == {
      memory = 2, disk = 2, connections = 0, transaction_ids = 0
    }
    error_message = "each has its own memory and disk; max_connections and transaction ids are the primary's"
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.down.conditions[0].condition_threshold[0].filter, "resource.labels.database_id = one_of(\"acme-earth:sentinel2-postgres\", \"acme-earth:sentinel2-postgres-read\", \"acme-earth:sentinel2-postgres-us\") AND")
    error_message = "a replica that is down: ${google_monitoring_alert_policy.down.conditions[0].condition_threshold[0].filter}"
  }
}

run "alerts_on_each_replica" {
  assert {
    condition = { for condition in google_monitoring_alert_policy.replication.conditions : condition.display_name => [condition.condition_threshold[0].comparison, tostring(condition.condition_threshold[0].threshold_value)] } == {
      "lag above 30 s"          = ["COMPARISON_GT", "30"]
      "replication has stopped" = ["COMPARISON_LT", "0"]
    }
    error_message = "behind, or not following at all"
  }
  assert {
    condition = alltrue([
      for condition in google_monitoring_alert_policy.replication.conditions :
      strcontains(condition.condition_threshold[0].filter, "resource.labels.database_id = one_of(\"acme-earth:sentinel2-postgres-read\", \"acme-earth:sentinel2-postgres-us\") AND") &&
      condition.condition_threshold[0].aggregations[0].group_by_fields == tolist(["resource.label.database_id"])
    ])
    error_message = "of each replica by itself"
  }
  assert {
    condition = {
      for tile in jsondecode(google_monitoring_dashboard.database.dashboard_json).mosaicLayout.tiles :
      tile.widget.title => tile.widget.xyChart.thresholds[0].value if can(tile.widget.xyChart.thresholds)
      } == {
      "Memory without caches" = 0.9, "Disk: how much is used, how large it is" = 0.85 * 500 * pow(1024, 3), "Connections by database" = 400,
      "Transaction ids"       = 0.4, "Replication lag" = 30
    }
    error_message = "thresholds are the alerts'"
  }
}
