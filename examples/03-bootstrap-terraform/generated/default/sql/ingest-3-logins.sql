-- Which login may do what in the ingest database. On Cloud SQL the logins are IAM's and made by Terraform, never here:
-- one that is not there yet is skipped with a notice, and this file is run again later.
-- workload loader
SELECT platform.grant_login('coast-loader@acme-marine.iam', 'ingest_write', ARRAY['ingest_read']);
-- workload tiles
SELECT platform.grant_login('coast-tiles@acme-marine.iam', NULL, ARRAY['ingest_read', 'ingest_write']);
-- group:marine-data@example.org
SELECT platform.grant_login('marine-data@example.org', 'ingest_write', ARRAY['ingest_read']);
-- user:ben@example.org
SELECT platform.grant_login('ben@example.org', NULL, ARRAY['ingest_read', 'ingest_write']);
