-- Which login may do what in the ingest database. On Cloud SQL the logins are IAM's and made by Terraform, never here:
-- one that is not there yet is skipped with a notice, and this file is run again later.
-- ingest-postgres
SELECT platform.grant_login('ingest_user', 'ingest_write', ARRAY['ingest_read']);
