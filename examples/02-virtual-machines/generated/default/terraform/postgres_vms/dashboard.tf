locals {
  thresholds    = { for key, alert in local.alerts : key => alert.share * alert.full }
  charts_title  = "${local.name}-postgres"
  charts_filter = local.machines_filter

  # Two a row. `by` gives each of its values a line; `alert` is the threshold of an alert, drawn where it is not null.
  charts = [
    {
      title = "CPU"
      unit  = "share of 1"
      alert = lookup(local.thresholds, "cpu", null)
      lines = { "compute.googleapis.com/instance/cpu/utilization" = { aligner = "ALIGN_MEAN", by = ["metric.label.instance_name"] } }
    },
    {
      title = "Memory without caches"
      unit  = "percent"
      alert = lookup(local.thresholds, "memory", null)
      lines = { "agent.googleapis.com/memory/percent_used" = { aligner = "ALIGN_MEAN", state = "used", by = ["resource.label.instance_id"] } }
    },
    {
      title = "Disks"
      unit  = "percent"
      alert = lookup(local.thresholds, "disk", null)
      lines = { "agent.googleapis.com/disk/percent_used" = { aligner = "ALIGN_MEAN", state = "used", by = ["resource.label.instance_id", "metric.label.device"] } }
    },
    {
      title = "Connections by database, and how many there may be"
      unit  = "connections"
      alert = null
      lines = {
        "workload.googleapis.com/postgresql.backends"       = { aligner = "ALIGN_MEAN", by = ["resource.label.instance_id", "metric.label.database"] }
        "workload.googleapis.com/postgresql.connection.max" = { aligner = "ALIGN_MEAN", by = ["resource.label.instance_id"] }
      }
    },
    {
      title = "Rows written: what is loaded"
      unit  = "rows a second"
      alert = null
      lines = { "workload.googleapis.com/postgresql.operations" = { aligner = "ALIGN_RATE", by = ["metric.label.database", "metric.label.operation"] } }
    },
    {
      title = "Transactions by database: committed, rolled back"
      unit  = "transactions a second"
      alert = null
      lines = {
        "workload.googleapis.com/postgresql.commits"   = { aligner = "ALIGN_RATE", by = ["metric.label.database"] }
        "workload.googleapis.com/postgresql.rollbacks" = { aligner = "ALIGN_RATE", by = ["metric.label.database"] }
      }
    },
    {
      title = "Size by database"
      unit  = "bytes"
      alert = null
      lines = { "workload.googleapis.com/postgresql.db_size" = { aligner = "ALIGN_MEAN", by = ["metric.label.database"] } }
    },
    {
      title = "Backups by machine"
      unit  = "backups a day"
      alert = null
      every = "86400s"
      lines = { for metric in google_logging_metric.backups : "logging.googleapis.com/user/${metric.name}" => { aligner = "ALIGN_SUM", by = ["resource.label.instance_id"] } }
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
