# platform-backup.service (startup-*.sh) makes the backups, and systemd says in the journal, which the Ops Agent sends, that
# it finished. One that fails is tried again every quarter of an hour, so that what counts is the last that worked.
resource "google_logging_metric" "backups" {
  for_each = local.machine_ids

  name        = "${replace(local.name, "-", "_")}_${each.key}_backups"
  description = "Backups of ${google_compute_instance.database[each.key].name} that succeeded."

  filter = join(" AND ", [
    "logName = \"projects/${var.project_id}/logs/journal\"",
    "resource.type = \"gce_instance\"",
    "resource.labels.instance_id = \"${each.value}\"",
    "jsonPayload.UNIT = \"platform-backup.service\"",
    "jsonPayload.MESSAGE =~ \"^Finished \"",
  ])

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.required]
}

# 25 hours without a success, which is as far as an alert looks back at a metric made of logs, for 11 hours.
resource "google_monitoring_alert_policy" "backup_missing" {
  for_each = google_logging_metric.backups

  display_name          = "${local.name}: no backup of ${google_compute_instance.database[each.key].name} for 36 hours"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "no backup succeeded for 36 hours"

    condition_prometheus_query_language {
      query               = "absent_over_time(logging_googleapis_com:user_${each.value.name}{monitored_resource=\"gce_instance\"}[25h])"
      duration            = "39600s"
      evaluation_interval = "300s"

      # Cloud Monitoring hears of the metric some time after Cloud Logging has made it.
      disable_metric_validation = true
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = <<-EOT
      Until there is one, the database can be had as it was at any second up to where the write-ahead log in the bucket ends. On the machine: what went wrong, what there is, and one more now:
      ```
      gcloud compute ssh ${google_compute_instance.database[each.key].name} --tunnel-through-iap --zone=${local.zone} --project=${var.project_id}
      sudo journalctl -u platform-backup.service --since=-2d | tail -50
      sudo -u postgres pgbackrest --stanza=main info
      sudo -u postgres pgbackrest --stanza=main check
      sudo systemctl start platform-backup.service
      ```
    EOT
  }

  depends_on = [google_project_service.required]
}
