-- Which login may do what in the pgstac database. On Cloud SQL the logins are IAM's and made by Terraform, never here:
-- one that is not there yet is skipped with a notice, and this file is run again later.
-- workload loader
SELECT platform.grant_login('coast-loader@acme-marine.iam', 'pgstac_ingest', ARRAY['pgstac_read']);
-- workload tiles
SELECT platform.grant_login('coast-tiles@acme-marine.iam', 'pgstac_read', ARRAY['pgstac_ingest']);
-- group:marine-data@example.org
SELECT platform.grant_login('marine-data@example.org', 'pgstac_ingest', ARRAY['pgstac_read']);
-- user:ben@example.org
SELECT platform.grant_login('ben@example.org', 'pgstac_read', ARRAY['pgstac_ingest']);
