-- Which login may do what in the pgstac database. On Cloud SQL the logins are IAM's and made by Terraform, never here:
-- one that is not there yet is skipped with a notice, and this file is run again later.
-- workload metaflow-task
SELECT platform.grant_login('alps-dev-metaflow-task@acme-earth-dev.iam', 'pgstac_ingest', ARRAY['pgstac_read']);
-- workload stac-api
SELECT platform.grant_login('alps-dev-stac-api@acme-earth-dev.iam', 'pgstac_read', ARRAY['pgstac_ingest']);
-- group:data-oncall@example.org
SELECT platform.grant_login('data-oncall@example.org', 'pgstac_ingest', ARRAY['pgstac_read']);
-- user:ana@example.org
SELECT platform.grant_login('ana@example.org', 'pgstac_read', ARRAY['pgstac_ingest']);
