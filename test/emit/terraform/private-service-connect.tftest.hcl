# Private Service Connect: no address, an endpoint for the instance and one for the replica, each with its name.
mock_provider "google" {
  mock_resource "google_sql_database_instance" {
    defaults = {
      connection_name             = "acme-earth:europe-west1:sentinel2-postgres"
      psc_service_attachment_link = "projects/x/regions/europe-west1/serviceAttachments/a"
      dns_name                    = "older.europe-west1.sql.goog."
      dns_names = [
        { name = "write.global.sql-psc.goog.", connection_type = "PRIVATE_SERVICE_CONNECT", dns_scope = "CLUSTER" },
        { name = "own.europe-west1.sql-psc.goog", connection_type = "PRIVATE_SERVICE_CONNECT", dns_scope = "INSTANCE" },
      ]
    }
  }
  mock_resource "google_compute_address" {
    defaults = {
      address   = "10.1.2.3"
      self_link = "projects/acme-earth/regions/europe-west1/addresses/sentinel2-postgres"
    }
  }
}

variables {
  db_password = "twelve chars"
}

run "has_no_address" {
  assert {
    condition = alltrue([
      for instance in concat([google_sql_database_instance.main], values(google_sql_database_instance.replica)) :
      instance.settings[0].ip_configuration[0].ipv4_enabled == false && instance.settings[0].ip_configuration[0].private_network == null
    ])
    error_message = "neither in the network nor outside"
  }
  assert {
    condition = alltrue([
      for instance in concat([google_sql_database_instance.main], values(google_sql_database_instance.replica)) :
      one(instance.settings[0].ip_configuration[0].psc_config).psc_enabled &&
      one(instance.settings[0].ip_configuration[0].psc_config).allowed_consumer_projects == toset(["acme-analytics", "acme-earth"])
    ])
    error_message = "the platform's own project may have an endpoint, and the one that the spec names"
  }
}

run "has_an_endpoint_for_each" {
  assert {
    condition = { for name, address in google_compute_address.endpoint : name => [address.region, address.subnetwork, address.address_type] } == {
      sentinel2-postgres    = ["europe-west1", "projects/acme-earth/regions/europe-west1/subnetworks/main", "INTERNAL"]
      sentinel2-postgres-us = ["us-central1", "projects/acme-earth/regions/us-central1/subnetworks/main", "INTERNAL"]
    }
    error_message = "in its region"
  }
  assert {
    condition = alltrue([
      for rule in google_compute_forwarding_rule.endpoint :
      rule.target == "projects/x/regions/europe-west1/serviceAttachments/a" && rule.load_balancing_scheme == "" &&
      rule.network == "projects/acme-earth/global/networks/main" && rule.ip_address == google_compute_address.endpoint[rule.name].self_link
    ])
    error_message = "which leads to the instance"
  }
  assert {
    condition = alltrue([
      for zone in google_dns_managed_zone.endpoint :
      zone.visibility == "private" && zone.dns_name == "own.europe-west1.sql-psc.goog." &&
      one(one(zone.private_visibility_config).networks).network_url == "projects/acme-earth/global/networks/main"
    ])
    error_message = "the name that the Auth Proxy dials, for the network only"
  }
  assert {
    condition = alltrue([
      for record in google_dns_record_set.endpoint :
      record.type == "A" && record.name == "own.europe-west1.sql-psc.goog." && record.rrdatas == tolist(["10.1.2.3"])
    ])
    error_message = "is the endpoint's"
  }
  assert {
    condition     = contains(keys(google_project_service.required), "dns.googleapis.com") && contains(keys(google_project_service.required), "compute.googleapis.com")
    error_message = "services"
  }
}

run "says_how_it_is_reached" {
  assert {
    condition     = output.private_ip_address == "10.1.2.3"
    error_message = "the endpoint's address"
  }
  assert {
    condition     = output.commands.proxy == "ALL_PROXY=socks5://127.0.0.1:1080 cloud-sql-proxy --auto-iam-authn --psc --port=5432 acme-earth:europe-west1:sentinel2-postgres"
    error_message = "commands"
  }
}

run "takes_the_only_name_of_an_older_instance" {
  state_key = "older"
  override_resource {
    target = google_sql_database_instance.main
    values = { dns_name = "older.europe-west1.sql.goog.", dns_names = [] }
  }
  assert {
    condition     = google_dns_managed_zone.endpoint["sentinel2-postgres"].dns_name == "older.europe-west1.sql.goog."
    error_message = "dns_name"
  }
}
