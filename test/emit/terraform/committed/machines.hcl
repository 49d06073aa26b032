# Of every committed folder of virtual machines.
run "is_private_and_protected" {
  assert {
    condition     = toset([for machine in google_compute_instance.database : machine.name]) == toset(["ingest-postgres", "pgstac-postgres"])
    error_message = "machines"
  }
  assert {
    condition = alltrue([
      for machine in google_compute_instance.database :
      machine.deletion_protection && length(machine.network_interface[0].access_config) == 0 &&
      machine.shielded_instance_config[0].enable_secure_boot && machine.metadata["enable-oslogin"] == "TRUE"
    ])
    error_message = "deletion protection, no external address, Shielded VM, OS Login"
  }
  assert {
    condition     = !contains(google_compute_firewall.clients.source_ranges, "0.0.0.0/0") && google_compute_firewall.iap.source_ranges == toset(["35.235.240.0/20"])
    error_message = "firewall"
  }
  assert {
    condition = toset([for member in google_secret_manager_secret_iam_member.password : member.role]) == toset([
      "roles/secretmanager.secretAccessor", "roles/secretmanager.secretVersionAdder",
    ])
    error_message = "roles on the passwords"
  }
}
