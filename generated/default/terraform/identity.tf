resource "google_service_account" "workload" {
  for_each = local.workloads

  account_id   = each.value.account_id
  display_name = "${local.name}: ${each.key}"
  depends_on   = [google_project_service.required]
}

locals {
  init_kubernetes_account = "metaflow/platform-init"
}

# The init Job's own: it reads the admin password, which no workload can.
resource "google_service_account" "init" {
  account_id   = "sentinel2-init"
  display_name = "${local.name}: database init"
  depends_on   = [google_project_service.required]
}

locals {
  # The roles below are on the project, because an instance has no policy of its own; this narrows them to ours, in the
  # words of Cloud SQL's "Use IAM Conditions". That page has them for connecting, and says nothing of logging in.
  own_instances = join(" || ", [
    for instance in google_sql_database_instance.main[*].name :
    "resource.name == 'projects/${var.project_id}/instances/${instance}'"
  ])
  only_own_instances = "resource.type == 'sqladmin.googleapis.com/Instance' && (${local.own_instances})"

  # Who logs in to PostgreSQL by IAM.
  logins = merge(
    { for name, account in google_service_account.workload : "workload/${name}" => account.member },
    { for key, person in local.people : "person/${key}" => person.member },
  )
}

# Reaching the instance through the Auth Proxy.
resource "google_project_iam_member" "cloudsql_client" {
  for_each = merge(local.logins, { init = google_service_account.init.member })

  project = var.project_id
  role    = "roles/cloudsql.client"
  member  = each.value

  condition {
    title      = "only ${local.name}"
    expression = local.only_own_instances
  }
}

# Logging in to PostgreSQL by IAM. The init Job logs in with the admin password instead.
#
# If the proxy connects and yet every login ends with "Cloud SQL IAM user authentication failed", this condition is not met
# (docs/cloud-sql.md, "Who may log in"). A grant without it, beside this one, is nothing that Terraform would undo:
#   gcloud projects add-iam-policy-binding PROJECT --role=roles/cloudsql.instanceUser --condition=None --member=MEMBER
resource "google_project_iam_member" "cloudsql_login" {
  for_each = local.logins

  project = var.project_id
  role    = "roles/cloudsql.instanceUser"
  member  = each.value

  condition {
    title      = "only ${local.name}"
    expression = local.only_own_instances
  }
}

# Exactly the buckets that each uses (metaflow.datastore, pipelines.*.download.to). They are there already: data of other
# platforms may be in them.
resource "google_storage_bucket_iam_member" "workload" {
  for_each = merge([
    for name, workload in local.workloads : {
      for bucket in workload.buckets : "${name}/${bucket}" => { name = name, bucket = bucket }
    }
  ]...)

  bucket = each.value.bucket
  role   = "roles/storage.objectUser"
  member = google_service_account.workload[each.value.name].member
}

# Pods get in without a key: GKE's tokens stand for these accounts. The pool exists once the project has a cluster with
# Workload Identity; before that, apply says "Identity Pool does not exist".
resource "google_service_account_iam_member" "workload_identity" {
  for_each = local.workloads

  service_account_id = google_service_account.workload[each.key].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project_id}.svc.id.goog[${each.value.kubernetes_account}]"
}

resource "google_service_account_iam_member" "init_workload_identity" {
  service_account_id = google_service_account.init.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project_id}.svc.id.goog[${local.init_kubernetes_account}]"
}
