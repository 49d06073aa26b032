# hosting.virtualMachines.alerts. Metrics with their units and labels: Google Cloud's metrics, "compute", and the Ops
# Agent's, "agent" and "PostgreSQL".

locals {
  # alerts.notify is empty: incidents are seen in the console, and nobody is told.
  notification_channels = []
}

locals {
  machine_ids     = { for key, machine in google_compute_instance.database : key => machine.instance_id }
  machines_filter = "resource.type = \"gce_instance\" AND resource.labels.instance_id = one_of(${join(", ", [for id in values(local.machine_ids) : "\"${id}\""])})"

  # The way in for whoever is woken; the incident names the machine.
  machine_shells = <<-EOT
    ```
    ${join("\n", [for machine in google_compute_instance.database : "gcloud compute ssh ${machine.name} --tunnel-through-iap --zone=${machine.zone} --project=${var.project_id}"])}
    sudo -u postgres psql
    ```
  EOT

  # The share of `full` above which someone is told.
  alerts = {
    cpu = {
      what     = "CPU"
      metric   = "metric.type = \"compute.googleapis.com/instance/cpu/utilization\""
      share    = 0.8
      full     = 1
      by       = ["resource.label.instance_id"]
      severity = "WARNING"
      advice   = <<-EOT
        Queries wait for one another. Who runs what, the longest first, and the end of one that must not go on:
        ```
        SELECT pid, usename, now() - query_start AS runs, left(query, 100) FROM pg_stat_activity WHERE state <> 'idle' ORDER BY runs DESC NULLS LAST LIMIT 20;
        SELECT pg_cancel_backend(PID);
        ```
        A larger machine is `hosting.virtualMachines.machineType`, and restarts both.
      EOT
    }
    memory = {
      # In percent, and without what is cached.
      what     = "memory"
      metric   = "metric.type = \"agent.googleapis.com/memory/percent_used\" AND metric.labels.state = \"used\""
      share    = 0.9
      full     = 100
      by       = ["resource.label.instance_id"]
      severity = "ERROR"
      advice   = <<-EOT
        When it is gone Linux kills PostgreSQL, and it restarts. Who is connected, and the end of those that idle in a transaction:
        ```
        SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND state_change < now() - interval '10 minutes';
        ```
      EOT
    }
    disk = {
      # In percent, of each file system: the data disk's and the boot disk's.
      what     = "disk"
      metric   = "metric.type = \"agent.googleapis.com/disk/percent_used\" AND metric.labels.state = \"used\""
      share    = 0.85
      full     = 100
      by       = ["resource.label.instance_id", "metric.label.device"]
      severity = "CRITICAL"
      advice   = <<-EOT
        PostgreSQL stops when its disk is full. Which disk, what is large, and whether write-ahead log waits to be archived (it does where backups cannot reach their bucket):
        ```
        df -h
        sudo -u postgres psql -c 'SELECT datname, pg_size_pretty(pg_database_size(datname)) FROM pg_database ORDER BY 2 DESC'
        sudo -u postgres psql -c 'SELECT * FROM pg_stat_archiver'
        ```
        More room: a larger `hosting.virtualMachines.diskGb`, then `sudo google_metadata_script_runner startup` on the machine.
      EOT
    }
  }
}

resource "google_monitoring_alert_policy" "machine" {
  for_each = local.alerts

  display_name          = "${local.name}: ${each.value.what} above ${format("%.3g", 100 * each.value.share)}%"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "${each.value.what} above ${format("%.3g", 100 * each.value.share)}%"

    condition_threshold {
      filter          = "${local.machines_filter} AND ${each.value.metric}"
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.share * each.value.full
      duration        = "300s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_MEAN"
        cross_series_reducer = "REDUCE_MEAN"
        group_by_fields      = each.value.by
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    content   = "${each.value.advice}\n${local.machine_shells}"
    mime_type = "text/markdown"
  }

  depends_on = [google_project_service.required]
}

# Of max_connections, which the agent reads as well.
resource "google_monitoring_alert_policy" "connections" {
  display_name          = "${local.name}: connections above ${format("%.3g", 100 * local.connections_share)}%"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "connections above ${format("%.3g", 100 * local.connections_share)}%"

    condition_threshold {
      filter             = "${local.machines_filter} AND metric.type = \"workload.googleapis.com/postgresql.backends\""
      denominator_filter = "${local.machines_filter} AND metric.type = \"workload.googleapis.com/postgresql.connection.max\""
      comparison         = "COMPARISON_GT"
      threshold_value    = local.connections_share
      duration           = "300s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_MEAN"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.label.instance_id"]
      }

      denominator_aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_MEAN"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.label.instance_id"]
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = <<-EOT
      At the top new logins fail, but for postgres's own. Whose they are, and the end of a login's idle ones:
      ```
      SELECT usename, client_addr, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC;
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' AND usename = 'LOGIN';
      ```

      ${local.machine_shells}
    EOT
  }

  depends_on = [google_project_service.required]
}

locals {
  connections_share = 0.8
}

# The agent counts connections as long as PostgreSQL answers it: none come when PostgreSQL, the agent or the machine is
# down.
resource "google_monitoring_alert_policy" "down" {
  display_name          = "${local.name}: PostgreSQL does not answer"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "does not answer for 5 minutes"

    condition_absent {
      filter   = "${local.machines_filter} AND metric.type = \"workload.googleapis.com/postgresql.backends\""
      duration = "300s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_MEAN"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.label.instance_id"]
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = <<-EOT
      Whether the machine runs, what it said, and on it what PostgreSQL and the agent say:
      ```
      gcloud compute instances list --project=${var.project_id} --filter='zone:${local.zone} name:(${join(" ", [for machine in google_compute_instance.database : machine.name])})'
      ${join("\n", [for machine in google_compute_instance.database : "gcloud compute instances get-serial-port-output ${machine.name} --zone=${machine.zone} --project=${var.project_id} | tail -50"])}
      sudo systemctl status postgresql@15-main google-cloud-ops-agent'*'
      sudo tail -50 /var/log/postgresql/postgresql-15-main.log
      ```
      A stopped machine: `gcloud compute instances start MACHINE --zone=${local.zone} --project=${var.project_id}`. A stopped server: `sudo systemctl start postgresql`. What is missing on the machine: `sudo google_metadata_script_runner startup`.

      ${local.machine_shells}
    EOT
  }

  depends_on = [google_project_service.required]
}
