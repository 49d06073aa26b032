#!/usr/bin/env bash
# Makes the ingest database on a PostgreSQL server of one's own: database `ingest`, login `ingest_user`, roles,
# ingestion_log and grants. Safe to run again; a new password replaces the old one.
#
#   INGEST_PASSWORD=… ./scripts/db/init-postgres.sh
#
# psql's own variables say where and as whom (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGSSLMODE …): an admin login.
{ set +x; } 2>/dev/null # a trace would show the password
set -euo pipefail

password=${INGEST_PASSWORD:?set INGEST_PASSWORD to the password that ingest_user shall have}
unset INGEST_PASSWORD
database=ingest
login=ingest_user
unset CDPATH # cd would look there, and say where it went
sql=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../sql" && pwd)

# A password that psql had to ask for would be asked for by each of them, or be read out of the SQL.
admin=(psql --no-psqlrc --no-password --quiet --set ON_ERROR_STOP=1 --dbname "${PGDATABASE:-postgres}" --file -)
target=(psql --no-psqlrc --no-password --quiet --set ON_ERROR_STOP=1 --dbname "$database" --output /dev/null --file)
export PGCLIENTENCODING=UTF8 PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning"

# Two at once make neither twice; another encoding than UTF8 would keep JSON's \u escapes out of pgSTAC. The login gets in
# with nothing until it has a password.
"${admin[@]}" <<SQL
SELECT pg_advisory_lock(hashtext('$database')) \g /dev/null
SELECT 'CREATE DATABASE $database ENCODING ''UTF8'' TEMPLATE '
    || CASE WHEN pg_encoding_to_char(encoding) = 'UTF8' THEN 'template1' ELSE 'template0' END
  FROM pg_database
  WHERE datname = 'template1' AND NOT EXISTS (SELECT FROM pg_database WHERE datname = '$database') \gexec
DO \$\$
BEGIN
  IF EXISTS (SELECT FROM pg_database WHERE datname = '$database' AND pg_encoding_to_char(encoding) <> 'UTF8') THEN
    RAISE EXCEPTION 'database $database is there in another encoding than UTF8: nothing was made in it';
  END IF;
END
\$\$;
SELECT 'CREATE ROLE $login LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$login') \gexec
SQL

# All or nothing, and one installer at a time: `platform db init` takes the same lock.
"${target[@]}" - --single-transaction --set folder="$sql" <<SQL
SELECT pg_advisory_xact_lock(8100956982295360109);
\i :folder/ingest-1-roles.sql
\i :folder/ingest-2-log.sql
SELECT platform.grant_login('$login', 'ingest_write', ARRAY['ingest_read']);
SQL

# Last, since the SQL above refuses another platform's server, whose login has the same name.
# The password travels as COPY data, which no server logs, and is hashed by the server: it stands neither on a command
# line nor in a statement. What an error of ALTER ROLE would quote is caught.
escaped=${password//\\/\\\\}
escaped=${escaped//$'\n'/\\n}
escaped=${escaped//$'\r'/\\r}
escaped=${escaped//$'\t'/\\t}
"${admin[@]}" <<SQL
BEGIN;
SELECT pg_advisory_xact_lock(hashtext('$database')) \g /dev/null
SET LOCAL password_encryption = 'scram-sha-256';
CREATE TEMPORARY TABLE secret (value text) ON COMMIT DROP;
COPY secret FROM STDIN;
$escaped
\.
DO \$\$
DECLARE
  reason text;
BEGIN
  EXECUTE format('ALTER ROLE $login LOGIN PASSWORD %L', (SELECT value FROM secret));
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
  RAISE EXCEPTION 'cannot set the password of $login: %', reason;
END
\$\$;
DO \$\$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '$login' AND (rolvaliduntil < now() OR rolconnlimit = 0)) THEN
    RAISE WARNING '$login was there before, and gets in with no password: see its VALID UNTIL and CONNECTION LIMIT';
  END IF;
END
\$\$;
COMMIT;
SQL

echo "database $database is ready; $login may write to ingestion_log"
