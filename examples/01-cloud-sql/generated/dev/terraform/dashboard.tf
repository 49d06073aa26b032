locals {
  thresholds    = { for key, alert in local.alerts : key => alert.share * alert.full }
  database_ids  = [local.database_id]
  charts_filter = "resource.type = \"cloudsql_database\" AND resource.labels.database_id = one_of(${join(", ", [for id in local.database_ids : "\"${id}\""])})"

  # Two a row. `by` gives each of its values a line; `alert` is the threshold of an alert, drawn where it is not null.
  charts = [
    {
      title = "CPU"
      unit  = "share of 1"
      alert = lookup(local.thresholds, "cpu", null)
      lines = { "database/cpu/utilization" = { aligner = "ALIGN_MEAN", by = ["resource.label.database_id"] } }
    },
    {
      title = "Memory without caches"
      unit  = "share of 1"
      alert = lookup(local.thresholds, "memory", null)
      lines = { "database/memory/utilization" = { aligner = "ALIGN_MEAN", by = ["resource.label.database_id"] } }
    },
    {
      title = "Disk: how much is used, how large it is"
      unit  = "bytes"
      alert = lookup(local.thresholds, "disk", null)
      lines = {
        "database/disk/bytes_used" = { aligner = "ALIGN_MEAN", by = ["resource.label.database_id"] }
        "database/disk/quota"      = { aligner = "ALIGN_MEAN", by = ["resource.label.database_id"] }
      }
    },
    {
      title = "Connections by database"
      unit  = "connections"
      alert = lookup(local.thresholds, "connections", null)
      lines = { "database/postgresql/num_backends" = { aligner = "ALIGN_MEAN", by = ["resource.label.database_id", "metric.label.database"] } }
    },
    {
      title = "Rows written: what is loaded"
      unit  = "rows a second"
      alert = null
      lines = { "database/postgresql/tuples_processed_count" = { aligner = "ALIGN_RATE", by = ["metric.label.database", "metric.label.operation_type"] } }
    },
    {
      title = "Transactions by database"
      unit  = "transactions a second"
      alert = null
      lines = { "database/postgresql/transaction_count" = { aligner = "ALIGN_RATE", by = ["metric.label.database", "metric.label.transaction_type"] } }
    },
    {
      title = "Deadlocks by database"
      unit  = "deadlocks a minute"
      alert = null
      lines = { "database/postgresql/deadlock_count" = { aligner = "ALIGN_DELTA", by = ["metric.label.database"] } }
    },
    {
      title = "Transaction ids"
      unit  = "share of 1"
      alert = lookup(local.thresholds, "transaction_ids", null)
      lines = { "database/postgresql/transaction_id_utilization" = { aligner = "ALIGN_MEAN", by = ["resource.label.database_id"] } }
    },
  ]

  backups_chart = {
    title = "Backups by status"
    xyChart = {
      dataSets = [{
        plotType   = "STACKED_BAR"
        targetAxis = "Y1"
        timeSeriesQuery = {
          timeSeriesFilter = {
            filter = "${local.charts_filter} AND metric.type = \"logging.googleapis.com/user/${google_logging_metric.backups.name}\""
            aggregation = {
              alignmentPeriod    = "86400s"
              perSeriesAligner   = "ALIGN_SUM"
              crossSeriesReducer = "REDUCE_SUM"
              groupByFields      = ["metric.label.status"]
            }
          }
        }
      }]
      yAxis = { label = "backups a day", scale = "LINEAR" }
    }
  }

  widgets = concat(
    [
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
                    filter = "${local.charts_filter} AND metric.type = \"cloudsql.googleapis.com/${metric}\""
                    aggregation = {
                      alignmentPeriod    = "60s"
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
    ],
    [local.backups_chart],
  )
}

# Cloud Monitoring gives back what it was given, but leaves out what is 0 or empty. Here nothing is, so that a plan shows
# changes of the dashboard only.
resource "google_monitoring_dashboard" "database" {
  dashboard_json = jsonencode({
    displayName = google_sql_database_instance.main.name
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
