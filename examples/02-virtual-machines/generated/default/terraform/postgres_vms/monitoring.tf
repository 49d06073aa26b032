# hosting.virtualMachines.alerts. Metrics with their units and labels: Google Cloud's metrics, "compute", and the Ops
# Agent's, "agent" and "PostgreSQL". In PromQL, since Cloud Monitoring refuses a policy in its own language on a metric
# that it has not heard of, and of PostgreSQL's it hears from the first agent in the project (terraform-provider-google
# #10325).

locals {
  # alerts.notify is empty: incidents are seen in the console, and nobody is told.
  notification_channels = []
}

locals {
  machine_ids     = { for key, machine in google_compute_instance.database : key => machine.instance_id }
  machines_filter = "resource.type = \"gce_instance\" AND resource.labels.instance_id = one_of(${join(", ", [for id in values(local.machine_ids) : "\"${id}\""])})"

  machines_labels = "monitored_resource=\"gce_instance\", instance_id=~\"${join("|", values(local.machine_ids))}\""

  # The way in for whoever is woken; the incident says the machine's instance_id.
  machine_shells = <<-EOT
    ```
    ${join("\n", [for machine in google_compute_instance.database : "gcloud compute ssh ${machine.name} --tunnel-through-iap --zone=${machine.zone} --project=${var.project_id} # ${machine.instance_id}"])}
    sudo -u postgres psql
    ```
  EOT

  # The share of `full` above which someone is told.
  alerts = {
    cpu = {
      what     = "CPU"
      metric   = "compute_googleapis_com:instance_cpu_utilization{${local.machines_labels}}"
      share    = 0.8
      full     = 1
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
      metric   = "agent_googleapis_com:memory_percent_used{${local.machines_labels}, state=\"used\"}"
      share    = 0.9
      full     = 100
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
      metric   = "agent_googleapis_com:disk_percent_used{${local.machines_labels}, state=\"used\"}"
      share    = 0.85
      full     = 100
      severity = "CRITICAL"
      advice   = <<-EOT
        PostgreSQL stops when its disk is full. Which disk, what is large, and whether write-ahead log waits to be archived (it does where backups cannot reach their bucket):
        ```
        df -h
        sudo -u postgres psql -c 'SELECT datname, pg_size_pretty(pg_database_size(datname)) FROM pg_database ORDER BY pg_database_size(datname) DESC'
        sudo -u postgres psql -c 'SELECT * FROM pg_stat_archiver'
        ```
        More room: a larger `hosting.virtualMachines.diskGb`, then `sudo google_metadata_script_runner startup` on the machine.
      EOT
    }
    connections = {
      # Of max_connections, over all databases.
      what     = "connections"
      metric   = "sum by (instance_id) (workload_googleapis_com:postgresql_backends{${local.machines_labels}}) / sum by (instance_id) (workload_googleapis_com:postgresql_connection_max{${local.machines_labels}})"
      share    = 0.8
      full     = 1
      severity = "ERROR"
      advice   = <<-EOT
        At the top new logins fail, but for postgres's own. Whose they are, and the end of a login's idle ones:
        ```
        SELECT usename, client_addr, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC;
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' AND usename = 'LOGIN';
        ```
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

    condition_prometheus_query_language {
      query                     = "${each.value.metric} > ${format("%.6g", each.value.share * each.value.full)}"
      duration                  = "300s"
      evaluation_interval       = "60s"
      disable_metric_validation = true
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

locals {
  answers = "workload_googleapis_com:postgresql_connection_max"

  silence_advice = <<-EOT
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

# The agent reads max_connections as long as PostgreSQL answers it: nothing comes when PostgreSQL, the agent or the
# machine is down. An alert looks back 25 hours at most.
resource "google_monitoring_alert_policy" "down" {
  display_name          = "${local.name}: PostgreSQL does not answer"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "does not answer for 5 minutes"

    condition_prometheus_query_language {
      query                     = "count by (instance_id) (count_over_time(${local.answers}{${local.machines_labels}}[1d] offset 5m)) unless count by (instance_id) (count_over_time(${local.answers}{${local.machines_labels}}[5m]))"
      duration                  = "60s"
      evaluation_interval       = "60s"
      disable_metric_validation = true
    }
  }

  documentation {
    content   = local.silence_advice
    mime_type = "text/markdown"
  }

  depends_on = [google_project_service.required]
}

# Nor for the day before, where the one above ends. A machine that is new has half an hour to install PostgreSQL and the
# agent.
resource "google_monitoring_alert_policy" "silent" {
  for_each = local.machine_ids

  display_name          = "${local.name}: ${google_compute_instance.database[each.key].name} is not heard of"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "did not answer for a day, or since it was made"

    condition_prometheus_query_language {
      query                     = "absent_over_time(${local.answers}{monitored_resource=\"gce_instance\", instance_id=\"${each.value}\"}[1d])"
      duration                  = "1800s"
      evaluation_interval       = "60s"
      disable_metric_validation = true
    }
  }

  documentation {
    content   = local.silence_advice
    mime_type = "text/markdown"
  }

  depends_on = [google_project_service.required]
}
