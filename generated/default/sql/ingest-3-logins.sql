-- Which login may do what in the ingest database. On Cloud SQL the logins are IAM's and made by Terraform, never here:
-- one that is not there yet is skipped with a notice, and this file is run again later.
-- workload metaflow-task
SELECT platform.grant_login('sentinel2-metaflow-task@acme-earth.iam', 'ingest_write', ARRAY['ingest_read']);
-- user:ana@example.org
SELECT platform.grant_login('ana@example.org', 'ingest_read', ARRAY['ingest_write']);
