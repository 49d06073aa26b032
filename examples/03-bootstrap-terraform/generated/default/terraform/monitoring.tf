locals {
  # hosting.cloudSql.alerts: the share of `full` above which someone is told.
  alerts = {
    cpu = {
      what    = "CPU"
      metric  = "cpu/utilization"
      share   = 0.8
      full    = 1
      reducer = "REDUCE_MEAN"
      advice  = "Query Insights shows which queries take it. A larger machine is hosting.cloudSql.tier, and restarts it."
    }
    memory = {
      what    = "memory"
      metric  = "memory/utilization"
      share   = 0.9
      full    = 1
      reducer = "REDUCE_MEAN"
      advice  = "When it is gone PostgreSQL is killed and restarts. Fewer connections, a smaller work_mem, a larger tier."
    }
    disk = {
      what    = "disk"
      metric  = "disk/utilization"
      share   = 0.85
      full    = 1
      reducer = "REDUCE_MEAN"
      advice  = "A full disk stops the instance. Raise hosting.cloudSql.disk, or find the replication slot that holds back WAL."
    }
    connections = {
      # Of max_connections, over all databases.
      what    = "connections"
      metric  = "postgresql/num_backends"
      share   = 0.8
      full    = 400
      reducer = "REDUCE_SUM"
      advice  = "At the top new logins fail. pg_stat_activity shows whose they are; kubernetes.pooler shares them."
    }
  }
}

resource "google_monitoring_alert_policy" "database" {
  for_each = local.alerts

  display_name = "${google_sql_database_instance.main.name}: ${each.value.what} above ${format("%.3g", 100 * each.value.share)}%"
  combiner     = "OR"
  user_labels  = local.labels

  # hosting.cloudSql.alerts.notify is empty: it is seen in the console, and nobody is told.
  notification_channels = []

  conditions {
    display_name = "${each.value.what} above ${format("%.3g", 100 * each.value.share)}%"

    condition_threshold {
      filter = join(" AND ", [
        "resource.type = \"cloudsql_database\"",
        "resource.labels.database_id = \"${var.project_id}:${google_sql_database_instance.main.name}\"",
        "metric.type = \"cloudsql.googleapis.com/database/${each.value.metric}\"",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.share * each.value.full
      duration        = "300s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_MEAN"
        cross_series_reducer = each.value.reducer
        group_by_fields      = ["resource.label.database_id"]
      }
    }
  }

  documentation {
    content   = each.value.advice
    mime_type = "text/markdown"
  }

  depends_on = [google_project_service.required]
}
