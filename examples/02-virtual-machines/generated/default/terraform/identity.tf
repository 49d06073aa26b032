resource "google_service_account" "workload" {
  for_each = local.workloads

  account_id   = each.value.account_id
  display_name = "${local.name}: ${each.key}"
  depends_on   = [google_project_service.required]
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

# The machines' logins have passwords; these and the CA's certificate are in secrets that ./postgres_vms makes, so apply
# that folder first.
resource "google_secret_manager_secret_iam_member" "workload" {
  for_each = merge([
    for name, workload in local.workloads : {
      for secret in workload.secrets : "${name}/${secret}" => { name = name, secret = secret }
    }
  ]...)

  secret_id = each.value.secret
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.workload[each.value.name].member
}

# Pods get in without a key: GKE's tokens stand for these accounts. The pool exists once the project has a cluster with
# Workload Identity; before that, apply says "Identity Pool does not exist".
resource "google_service_account_iam_member" "workload_identity" {
  for_each = local.workloads

  service_account_id = google_service_account.workload[each.key].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project_id}.svc.id.goog[${each.value.kubernetes_account}]"
}
