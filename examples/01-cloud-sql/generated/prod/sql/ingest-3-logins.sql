-- Which login may do what in the ingest database. On Cloud SQL the logins are IAM's and made by Terraform, never here:
-- one that is not there yet is skipped with a notice, and this file is run again later.
-- workload metaflow-task
SELECT platform.grant_login('alps-prod-metaflow-task@acme-earth.iam', 'ingest_write', ARRAY['ingest_read']);
-- workload stac-api
SELECT platform.grant_login('alps-prod-stac-api@acme-earth.iam', NULL, ARRAY['ingest_read', 'ingest_write']);
-- group:data-oncall@example.org
SELECT platform.grant_login('data-oncall@example.org', 'ingest_write', ARRAY['ingest_read']);
-- user:ana@example.org
SELECT platform.grant_login('ana@example.org', 'ingest_read', ARRAY['ingest_write']);
