-- The extensions of the pgstac database, into schema public, where pgSTAC's own SQL looks for them.
-- On Cloud SQL any admin login may make them; elsewhere postgis wants a superuser. Those already there are left alone.
SET search_path TO public;
CREATE EXTENSION IF NOT EXISTS "btree_gist";
CREATE EXTENSION IF NOT EXISTS "pg_cron";
CREATE EXTENSION IF NOT EXISTS "postgis";
CREATE EXTENSION IF NOT EXISTS "unaccent";
RESET search_path;
