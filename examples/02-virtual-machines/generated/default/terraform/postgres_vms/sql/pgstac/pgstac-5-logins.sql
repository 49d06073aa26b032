-- Which login may do what in the pgstac database. On Cloud SQL the logins are IAM's and made by Terraform, never here:
-- one that is not there yet is skipped with a notice, and this file is run again later.
-- pgstac-postgres
SELECT platform.grant_login('pgstac_user', 'pgstac_ingest', ARRAY['pgstac_read']);
