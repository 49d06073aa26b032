# Nothing else gets in: a VPC network denies what no rule allows (a `default` network's own rules allow more; don't use it).

# hosting.virtualMachines.clients; pg_hba on the machines says the same.
resource "google_compute_firewall" "clients" {
  name                    = "${local.name}-postgres-clients"
  project                 = local.network_project
  network                 = local.network
  direction               = "INGRESS"
  source_ranges           = ["10.0.0.0/16"]
  target_service_accounts = [for account in google_service_account.machine : account.email]

  allow {
    protocol = "tcp"
    ports    = ["5432"]
  }
}

# 35.235.240.0/20 is where Identity-Aware Proxy's tunnels come from: SSH for whoever OS Login lets in, PostgreSQL for
# access.people.
resource "google_compute_firewall" "iap" {
  name                    = "${local.name}-postgres-iap"
  project                 = local.network_project
  network                 = local.network
  direction               = "INGRESS"
  source_ranges           = ["35.235.240.0/20"]
  target_service_accounts = [for account in google_service_account.machine : account.email]

  allow {
    protocol = "tcp"
    ports    = ["22", "5432"]
  }
}
