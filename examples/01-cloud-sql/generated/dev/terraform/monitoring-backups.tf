# Cloud SQL says in the system event log what became of the backup of each window ("View audit logs for automated
# backups"): STATUS_SUCCEEDED, STATUS_ATTEMPT_FAILED (it tries again), STATUS_FAILED, STATUS_SKIPPED (it was stopped).
locals {
  backup_log = join(" AND ", [
    "logName = \"projects/${var.project_id}/logs/cloudaudit.googleapis.com%2Fsystem_event\"",
    local.instance_filter,
    "protoPayload.methodName = \"cloudsql.instances.automatedBackup\"",
  ])
}

# How many there were, by status.
resource "google_logging_metric" "backups" {
  name        = "${replace(google_sql_database_instance.main.name, "-", "_")}_backups"
  description = "Automated backups of ${google_sql_database_instance.main.name}, by status."
  filter      = local.backup_log

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    labels {
      key         = "status"
      value_type  = "STRING"
      description = "STATUS_SUCCEEDED, STATUS_FAILED and so on."
    }
  }

  label_extractors = { status = "EXTRACT(protoPayload.metadata.windowStatus)" }
  depends_on       = [google_project_service.required]
}

locals {
  backup_advice = <<-EOT
    Until there is one, data can only be restored to the last that worked (and from it to any moment, by its transaction logs). What there is, what was tried and what was said of it:
    ```
    gcloud sql backups list --instance=${google_sql_database_instance.main.name} --project=${var.project_id} --limit=5
    gcloud sql operations list --instance=${google_sql_database_instance.main.name} --project=${var.project_id} --limit=10
    gcloud logging read '${local.backup_log}' --project=${var.project_id} --freshness=3d --format='value(timestamp, protoPayload.metadata.windowStatus, protoPayload.metadata.message)'
    ```
    Make one now: `gcloud sql backups create --instance=${google_sql_database_instance.main.name} --project=${var.project_id}`. Usual reasons: an export that ran through the whole window (it begins at ${google_sql_database_instance.main.settings[0].backup_configuration[0].start_time} UTC, `hosting.cloudSql.backups.startTime`), an organization policy on where backups may be, a stopped instance.
  EOT
}

resource "google_monitoring_alert_policy" "backup_failed" {
  display_name          = "${google_sql_database_instance.main.name}: a backup failed"
  combiner              = "OR"
  enabled               = local.runs
  severity              = "ERROR"
  notification_channels = local.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "the window ended without a backup"

    condition_matched_log {
      filter           = "${local.backup_log} AND protoPayload.metadata.windowStatus = \"STATUS_FAILED\""
      label_extractors = { message = "EXTRACT(protoPayload.metadata.message)" }
    }
  }

  # An incident of a log entry never ends by itself. The limit is one a log-based policy must have.
  alert_strategy {
    auto_close = "86400s"

    notification_rate_limit {
      period = "3600s"
    }
  }

  documentation {
    content   = "Cloud SQL says: $${log.extracted_label.message}\n\n${local.backup_advice}"
    mime_type = "text/markdown"
  }

  depends_on = [google_project_service.required]
}

# Also where nothing at all is logged: 25 hours without a success, which is as far as an alert looks back at a metric made
# of logs, for 11 hours. A window is a day and up to four hours after the last. Not said of an instance that did not run a
# day before: its first window may be yet to come.
resource "google_monitoring_alert_policy" "backup_missing" {
  display_name          = "${google_sql_database_instance.main.name}: no backup for 36 hours"
  combiner              = "OR"
  enabled               = local.runs
  severity              = "ERROR"
  notification_channels = local.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "no automated backup succeeded for 36 hours"

    condition_prometheus_query_language {
      query               = "absent_over_time(logging_googleapis_com:user_${google_logging_metric.backups.name}{monitored_resource=\"cloudsql_database\", status=\"STATUS_SUCCEEDED\"}[25h]) and on () count_over_time(cloudsql_googleapis_com:database_up{monitored_resource=\"cloudsql_database\", database_id=\"${local.database_id}\"}[1h] offset 23h)"
      duration            = "39600s"
      evaluation_interval = "300s"

      # Cloud Monitoring hears of the metric some time after Cloud Logging has made it.
      disable_metric_validation = true
    }
  }

  documentation {
    content   = local.backup_advice
    mime_type = "text/markdown"
  }

  depends_on = [google_project_service.required]
}
