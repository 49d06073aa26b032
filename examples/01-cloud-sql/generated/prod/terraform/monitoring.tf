# hosting.cloudSql.alerts. Metrics with their units and labels: Google Cloud's metrics, "cloudsql".

locals {
  notification_channels = ["projects/acme-earth/notificationChannels/1234567890"]
}

locals {
  database_id     = "${var.project_id}:${google_sql_database_instance.main.name}"
  instance_filter = "resource.type = \"cloudsql_database\" AND resource.labels.database_id = \"${local.database_id}\""

  # A replica is as much of a server as its primary: it can be slow, full and down by itself.
  replica_ids      = [for replica in google_sql_database_instance.replica : "${var.project_id}:${replica.name}"]
  database_ids     = concat([local.database_id], local.replica_ids)
  instances_filter = "resource.type = \"cloudsql_database\" AND resource.labels.database_id = one_of(${join(", ", [for id in local.database_ids : "\"${id}\""])})"

  # What is stopped on purpose (hosting.cloudSql.activation) is not down.
  runs = google_sql_database_instance.main.settings[0].activation_policy != "NEVER"

  # The way in for whoever is woken: as the admin, since PostgreSQL hides what others run from an IAM login.
  admin_shell = <<-EOT
    ```
    gcloud compute ssh ${google_compute_instance.bastion.name} --project=${var.project_id} --zone=${google_compute_instance.bastion.zone} --tunnel-through-iap -- -N -D 1080 &
    ALL_PROXY=socks5://127.0.0.1:1080 ${replace(local.proxy, "--auto-iam-authn ", "")} &
    export PGPASSWORD="$(gcloud secrets versions access latest --secret=${google_secret_manager_secret.admin_password.secret_id} --project=${var.project_id})"
    psql "host=127.0.0.1 port=${local.proxy_port} user=${google_sql_user.admin.name} dbname=${google_sql_database.pgstac.name} sslmode=disable"
    ```
    That is the primary. An incident of a replica has the replica's name in its `database_id`: put it in place of the primary's.
  EOT

  # The share of `full` above which someone is told.
  alerts = {
    cpu = {
      what     = "CPU"
      metric   = "cpu/utilization"
      of       = local.instances_filter
      share    = 0.8
      full     = 1
      reducer  = "REDUCE_MEAN"
      severity = "WARNING"
      advice   = <<-EOT
        Queries wait for one another. Who runs what, the longest first, and the end of one that must not go on:
        ```
        SELECT pid, usename, datname, now() - query_start AS runs, left(query, 100) FROM pg_stat_activity WHERE state <> 'idle' ORDER BY runs DESC NULLS LAST LIMIT 20;
        SELECT pg_cancel_backend(PID);
        ```
        A larger machine is `hosting.cloudSql.tier`, and restarts it.
      EOT
    }
    memory = {
      what     = "memory"
      metric   = "memory/utilization"
      of       = local.instances_filter
      share    = 0.9
      full     = 1
      reducer  = "REDUCE_MEAN"
      severity = "ERROR"
      advice   = <<-EOT
        When it is gone PostgreSQL is killed and restarts. Who is connected, and the end of those that idle in a transaction:
        ```
        SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND state_change < now() - interval '10 minutes';
        ```
        For good: a smaller `work_mem` (`hosting.cloudSql.flags`), fewer connections, a larger tier.
      EOT
    }
    disk = {
      # A disk that grows is always nearly full; what ends it is its limit, in bytes.
      what     = "disk limit"
      metric   = "disk/bytes_used"
      of       = local.instances_filter
      share    = 0.85
      full     = 1000 * pow(1024, 3)
      reducer  = "REDUCE_MEAN"
      severity = "CRITICAL"
      advice   = <<-EOT
        A full disk stops the instance. What is large, and whether a replication slot holds back WAL:
        ```
        SELECT datname, pg_size_pretty(pg_database_size(datname)) FROM pg_database ORDER BY pg_database_size(datname) DESC;
        SELECT slot_name, active, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) FROM pg_replication_slots;
        ```
        More room: `gcloud beta sql instances patch ${google_sql_database_instance.main.name} --project=${var.project_id} --storage-auto-increase-limit=GB`, and the same in `hosting.cloudSql.disk.limitGb`.
      EOT
    }
    connections = {
      # Of max_connections, over all databases.
      what     = "connections"
      metric   = "postgresql/num_backends"
      of       = local.instance_filter
      share    = 0.8
      full     = 500
      reducer  = "REDUCE_SUM"
      severity = "ERROR"
      advice   = <<-EOT
        At the top new logins fail. Whose they are, and the end of a login's idle ones:
        ```
        SELECT usename, datname, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC;
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' AND usename = 'LOGIN';
        ```
        For good: `kubernetes.pooler` shares them; a larger tier has more.
      EOT
    }
    transaction_ids = {
      # autovacuum freezes from 0.1 on; at 1 PostgreSQL takes no writes until a VACUUM has run.
      what     = "transaction ids"
      metric   = "postgresql/transaction_id_utilization"
      of       = local.instance_filter
      share    = 0.5
      full     = 1
      reducer  = "REDUCE_MEAN"
      severity = "ERROR"
      advice   = <<-EOT
        Autovacuum does not keep up, or something holds it back: a long transaction, a prepared one, a replication slot. When none does, freeze by hand, in each database, what is oldest:
        ```
        SELECT pid, usename, age(backend_xmin), now() - xact_start AS runs FROM pg_stat_activity WHERE backend_xmin IS NOT NULL ORDER BY 3 DESC;
        SELECT gid, age(transaction) FROM pg_prepared_xacts;
        SELECT slot_name, age(xmin), age(catalog_xmin) FROM pg_replication_slots;
        SELECT oid::regclass, age(relfrozenxid) FROM pg_class WHERE relkind IN ('r', 't', 'm') ORDER BY 2 DESC LIMIT 10;
        VACUUM (FREEZE, VERBOSE) TABLE;
        ```
      EOT
    }
  }
}

resource "google_monitoring_alert_policy" "database" {
  for_each = local.alerts

  display_name          = "${google_sql_database_instance.main.name}: ${each.value.what} above ${format("%.3g", 100 * each.value.share)}%"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "${each.value.what} above ${format("%.3g", 100 * each.value.share)}%"

    condition_threshold {
      filter          = "${each.value.of} AND metric.type = \"cloudsql.googleapis.com/database/${each.value.metric}\""
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

  # Without data there is no telling that it is over; `down` says so meanwhile.
  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    content   = "${each.value.advice}\n${local.admin_shell}"
    mime_type = "text/markdown"
  }

  depends_on = [google_project_service.required]
}

# An instance that says nothing is as bad as one that says it is down.
resource "google_monitoring_alert_policy" "down" {
  display_name          = "${google_sql_database_instance.main.name}: down"
  combiner              = "OR"
  enabled               = local.runs
  severity              = "CRITICAL"
  notification_channels = local.notification_channels
  user_labels           = local.labels

  conditions {
    display_name = "does not answer for 5 minutes"

    condition_threshold {
      filter                  = "${local.instances_filter} AND metric.type = \"cloudsql.googleapis.com/database/up\""
      comparison              = "COMPARISON_LT"
      threshold_value         = 1
      duration                = "300s"
      evaluation_missing_data = "EVALUATION_MISSING_DATA_ACTIVE"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_MAX"
        cross_series_reducer = "REDUCE_MAX"
        group_by_fields      = ["resource.label.database_id"]
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = <<-EOT
      Of a replica the incident's `database_id` has the name, to be put in place of the primary's. Its state, what was done to it last, and what PostgreSQL said:
      ```
      gcloud sql instances describe ${google_sql_database_instance.main.name} --project=${var.project_id} --format='value(state, settings.activationPolicy, scheduledMaintenance)'
      gcloud sql operations list --instance=${google_sql_database_instance.main.name} --project=${var.project_id} --limit=10
      gcloud logging read 'resource.type="cloudsql_database" resource.labels.database_id="${local.database_id}" severity>=ERROR' --project=${var.project_id} --freshness=1h
      ```
      An operation that runs (an update, a failover, another tier) ends by itself. A stopped one starts by `gcloud sql instances patch ${google_sql_database_instance.main.name} --project=${var.project_id} --activation-policy=ALWAYS`, one that hangs by `gcloud sql instances restart ${google_sql_database_instance.main.name} --project=${var.project_id}`, one whose zone is lost by `gcloud sql instances failover ${google_sql_database_instance.main.name} --project=${var.project_id}`.
    EOT
  }

  depends_on = [google_project_service.required]
}

locals {
  # Seconds.
  replication_lag = 60

  replica_filter = "resource.type = \"cloudsql_database\" AND resource.labels.database_id = one_of(${join(", ", [for id in local.replica_ids : "\"${id}\""])})"
}

# For each replica: how far behind it is, in seconds. A negative value means that it does not follow at all.
resource "google_monitoring_alert_policy" "replication" {
  display_name          = "${google_sql_database_instance.main.name}: replication lag above ${local.replication_lag} s"
  combiner              = "OR"
  enabled               = local.runs
  severity              = "WARNING"
  notification_channels = local.notification_channels
  user_labels           = local.labels

  dynamic "conditions" {
    for_each = {
      "lag above ${local.replication_lag} s" = { comparison = "COMPARISON_GT", seconds = local.replication_lag }
      "replication has stopped"              = { comparison = "COMPARISON_LT", seconds = 0 }
    }

    content {
      display_name = conditions.key

      condition_threshold {
        filter          = "${local.replica_filter} AND metric.type = \"cloudsql.googleapis.com/database/replication/replica_lag\""
        comparison      = conditions.value.comparison
        threshold_value = conditions.value.seconds
        duration        = "300s"

        aggregations {
          alignment_period     = "60s"
          per_series_aligner   = "ALIGN_MEAN"
          cross_series_reducer = "REDUCE_MEAN"
          group_by_fields      = ["resource.label.database_id"]
        }
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = <<-EOT
      Whoever reads a replica reads old rows. How far each is, as the primary sees it:
      ```
      SELECT application_name, state, replay_lag, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) FROM pg_stat_replication;
      ```
      A large load is caught up with by itself. A replica slower than the load needs a larger tier (`hosting.cloudSql.replicas`); a query on it that holds up replay ends by `pg_cancel_backend` there. One that no longer follows: `gcloud sql instances restart REPLICA --project=${var.project_id}`; else take it out of the spec, apply, and put it back.

      ${local.admin_shell}
    EOT
  }

  depends_on = [google_project_service.required]
}
