# What examples/01-cloud-sql/platform.yaml says of prod.
run "is_what_the_spec_says" {
  assert {
    condition     = keys(google_sql_database_instance.replica) == ["read"]
    error_message = "replicas"
  }
  assert {
    condition     = google_sql_database_instance.replica["read"].deletion_protection && !google_sql_database_instance.replica["read"].settings[0].ip_configuration[0].ipv4_enabled
    error_message = "a replica as strict as its primary"
  }
  assert {
    condition = {
      for key in ["cpu", "memory", "disk", "connections"] :
      key => google_monitoring_alert_policy.database[key].conditions[0].condition_threshold[0].threshold_value
    } == { cpu = 0.8, memory = 0.9, disk = 0.85 * 1000 * pow(1024, 3), connections = 0.8 * 500 }
    error_message = "thresholds"
  }
  assert {
    condition = alltrue([
      for alert in google_monitoring_alert_policy.database :
      alert.notification_channels == tolist(["projects/acme-earth/notificationChannels/1234567890"])
    ])
    error_message = "every alert tells who is to be told"
  }
  assert {
    condition = toset(keys(google_project_iam_member.cloudsql_client)) == toset([
      "init", "workload/metaflow-task", "workload/stac-api",
      "person/user-ana-example-org", "person/group-data-oncall-example-org",
    ])
    error_message = "who reaches the instance"
  }
  assert {
    condition     = keys(google_storage_bucket_iam_member.workload) == ["metaflow-task/acme-earth-metaflow"]
    error_message = "buckets"
  }
}
