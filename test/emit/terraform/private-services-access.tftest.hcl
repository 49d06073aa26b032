# A peering that Terraform makes, in a network of another project; keys of one's own; and the bastion, as strict.
mock_provider "google" {}

variables {
  db_password = "twelve chars"
}

run "makes_the_range_and_the_connection" {
  assert {
    condition = (
      google_compute_global_address.services.name == "sentinel2-services" &&
      google_compute_global_address.services.project == "acme-network" &&
      google_compute_global_address.services.purpose == "VPC_PEERING" &&
      google_compute_global_address.services.address_type == "INTERNAL"
    )
    error_message = "the range"
  }
  assert {
    condition = (
      google_service_networking_connection.services.network == "projects/acme-network/global/networks/main" &&
      google_service_networking_connection.services.reserved_peering_ranges == tolist(["sentinel2-services"]) &&
      google_service_networking_connection.services.deletion_policy == "ABANDON"
    )
    error_message = "the connection"
  }
  assert {
    condition = alltrue([
      for instance in concat([google_sql_database_instance.main], values(google_sql_database_instance.replica)) :
      instance.settings[0].ip_configuration[0].allocated_ip_range == "sentinel2-services"
    ])
    error_message = "every instance is in the range"
  }
  assert {
    condition     = contains(keys(google_project_service.required), "servicenetworking.googleapis.com")
    error_message = "services"
  }
}

run "encrypts_with_the_keys_of_each_region" {
  assert {
    condition     = google_sql_database_instance.main.encryption_key_name == "projects/acme-keys/locations/europe-west1/keyRings/databases/cryptoKeys/sql"
    error_message = "the instance"
  }
  assert {
    condition     = google_sql_database_instance.replica["us"].encryption_key_name == "projects/acme-keys/locations/us-central1/keyRings/databases/cryptoKeys/sql"
    error_message = "a replica in another region"
  }
}

run "has_a_bastion_that_only_forwards_to_databases" {
  assert {
    condition = (
      length(google_compute_instance.bastion.network_interface[0].access_config) == 0 &&
      length(google_compute_instance.bastion.service_account) == 0 &&
      google_compute_instance.bastion.metadata_startup_script == null
    )
    error_message = "no external address, no Google identity, nothing that runs"
  }
  assert {
    condition = google_compute_instance.bastion.metadata == tomap({
      enable-oslogin = "TRUE", block-project-ssh-keys = "TRUE", serial-port-enable = "FALSE"
    })
    error_message = "OS Login alone"
  }
  assert {
    condition = (
      google_compute_instance.bastion.shielded_instance_config[0].enable_secure_boot &&
      google_compute_instance.bastion.shielded_instance_config[0].enable_vtpm &&
      google_compute_instance.bastion.shielded_instance_config[0].enable_integrity_monitoring &&
      google_compute_instance.bastion.boot_disk[0].kms_key_self_link == "projects/acme-keys/locations/europe-west1/keyRings/databases/cryptoKeys/sql"
    )
    error_message = "Shielded VM, its disk under the spec's key"
  }
  assert {
    condition = (
      google_compute_firewall.bastion.source_ranges == toset(["35.235.240.0/20"]) &&
      one(google_compute_firewall.bastion.allow).ports == tolist(["22"])
    )
    error_message = "SSH from Identity-Aware Proxy"
  }
  assert {
    condition = (
      google_compute_firewall.bastion_databases.destination_ranges == toset(["10.20.0.0/16"]) &&
      one(google_compute_firewall.bastion_databases.allow).ports == tolist(["3307"]) &&
      one(google_compute_firewall.bastion_nothing_else.deny).protocol == "all" &&
      google_compute_firewall.bastion_nothing_else.destination_ranges == toset(["0.0.0.0/0"]) &&
      google_compute_firewall.bastion_databases.priority < google_compute_firewall.bastion_nothing_else.priority
    )
    error_message = "to the databases and nowhere else"
  }
  assert {
    condition = alltrue([
      for rule in [google_compute_firewall.bastion, google_compute_firewall.bastion_databases, google_compute_firewall.bastion_nothing_else] :
      rule.project == "acme-network" && rule.target_tags == toset(["sentinel2-bastion"])
    ])
    error_message = "in the network's project, for the bastion alone"
  }
}
