locals {
  thresholds    = { for key, alert in local.alerts : key => alert.share * alert.full }
  charts_title  = google_sql_database_instance.main.name
  charts_filter = local.instance_filter

  # Two a row. `by` gives each of its values a line; `alert` is the threshold of an alert, drawn where it is not null.
  charts = [
    {
      title = "CPU"
      unit  = "share of 1"
      alert = lookup(local.thresholds, "cpu", null)
      lines = { "cloudsql.googleapis.com/database/cpu/utilization" = { aligner = "ALIGN_MEAN", by = ["resource.label.database_id"] } }
    },
    {
      title = "Memory without caches"
      unit  = "share of 1"
      alert = lookup(local.thresholds, "memory", null)
      lines = { "cloudsql.googleapis.com/database/memory/utilization" = { aligner = "ALIGN_MEAN", by = ["resource.label.database_id"] } }
    },
    {
      title = "Disk: how much is used, how large it is"
      unit  = "bytes"
      alert = lookup(local.thresholds, "disk", null)
      lines = {
        "cloudsql.googleapis.com/database/disk/bytes_used" = { aligner = "ALIGN_MEAN", by = ["resource.label.database_id"] }
        "cloudsql.googleapis.com/database/disk/quota"      = { aligner = "ALIGN_MEAN", by = ["resource.label.database_id"] }
      }
    },
    {
      title = "Connections by database"
      unit  = "connections"
      alert = lookup(local.thresholds, "connections", null)
      lines = { "cloudsql.googleapis.com/database/postgresql/num_backends" = { aligner = "ALIGN_MEAN", by = ["resource.label.database_id", "metric.label.database"] } }
    },
    {
      title = "Rows written: what is loaded"
      unit  = "rows a second"
      alert = null
      lines = { "cloudsql.googleapis.com/database/postgresql/tuples_processed_count" = { aligner = "ALIGN_RATE", by = ["metric.label.database", "metric.label.operation_type"] } }
    },
    {
      title = "Transactions by database"
      unit  = "transactions a second"
      alert = null
      lines = { "cloudsql.googleapis.com/database/postgresql/transaction_count" = { aligner = "ALIGN_RATE", by = ["metric.label.database", "metric.label.transaction_type"] } }
    },
    {
      title = "Deadlocks by database"
      unit  = "deadlocks a minute"
      alert = null
      lines = { "cloudsql.googleapis.com/database/postgresql/deadlock_count" = { aligner = "ALIGN_DELTA", by = ["metric.label.database"] } }
    },
    {
      title = "Transaction ids"
      unit  = "share of 1"
      alert = lookup(local.thresholds, "transaction_ids", null)
      lines = { "cloudsql.googleapis.com/database/postgresql/transaction_id_utilization" = { aligner = "ALIGN_MEAN", by = ["resource.label.database_id"] } }
    },
    {
      title = "Backups by status"
      unit  = "backups a day"
      alert = null
      every = "86400s"
      lines = { "logging.googleapis.com/user/${google_logging_metric.backups.name}" = { aligner = "ALIGN_SUM", by = ["metric.label.status"] } }
    },
  ]
}

locals {
  widgets = [
    for chart in local.charts : {
      title = chart.title
      xyChart = merge(
        {
          dataSets = [
            for metric, line in chart.lines : {
              plotType   = "LINE"
              targetAxis = "Y1"
              timeSeriesQuery = {
                timeSeriesFilter = {
                  filter = join(" AND ", concat(
                    [local.charts_filter, "metric.type = \"${metric}\""],
                    [for state in [lookup(line, "state", null)] : "metric.labels.state = \"${state}\"" if state != null],
                  ))
                  aggregation = {
                    alignmentPeriod    = lookup(chart, "every", "60s")
                    perSeriesAligner   = line.aligner
                    crossSeriesReducer = "REDUCE_SUM"
                    groupByFields      = line.by
                  }
                }
              }
            }
          ]
          yAxis = { label = chart.unit, scale = "LINEAR" }
        },
        { for key, value in { thresholds = [{ label = "alert", value = chart.alert, targetAxis = "Y1" }] } : key => value if chart.alert != null },
      )
    }
  ]
}

# Cloud Monitoring gives back what it was given, but leaves out what is 0 or empty. Here nothing is, so that a plan shows
# changes of the dashboard only.
resource "google_monitoring_dashboard" "database" {
  dashboard_json = jsonencode({
    displayName = local.charts_title
    mosaicLayout = {
      columns = 48
      tiles = [
        for index, widget in local.widgets : merge(
          { width = 24, height = 16, widget = widget },
          { for axis, place in { xPos = index % 2 * 24, yPos = floor(index / 2) * 16 } : axis => place if place > 0 },
        )
      ]
    }
  })

  depends_on = [google_project_service.required]
}
