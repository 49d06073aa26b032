#!/usr/bin/env bash
# Makes the pgstac database on a PostgreSQL server of one's own: database `pgstac`, login `pgstac_user`, extensions,
# roles, pgSTAC itself, schema platform and grants. Safe to run again; a new password replaces the old one.
#
#   PGSTAC_PASSWORD=… ./scripts/db/init-pgstac.sh path/to/pgstac.sql.gz
#
# The file is pgSTAC's own SQL of the version below, plain or gzipped: pypgstac/migrations/pgstac.VERSION.sql of the
# Python package pypgstac. psql's own variables say where and as whom (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGSSLMODE …):
# an admin login, and PostGIS wants a superuser unless it is there already.
set -euo pipefail

version='0.9.11'
password=${PGSTAC_PASSWORD:?set PGSTAC_PASSWORD to the password that pgstac_user shall have}
unset PGSTAC_PASSWORD
file=${1:?usage: PGSTAC_PASSWORD=… $0 path/to/pgstac.sql.gz}
database=pgstac
login=pgstac_user
sql=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../sql" && pwd)

read_pgstac() {
  case $file in
    *.gz) gzip -dc -- "$file" ;;
    *) cat -- "$file" ;;
  esac
}

given=$(read_pgstac | sed -n "s/^SELECT set_version('\([^']*\)');.*/\1/p" | tail -n 1)
if [[ $given != "$version" ]]; then
  echo "$file is pgSTAC ${given:-of no version}; this platform is on $version (databases.pgstac.pgstac)" >&2
  exit 1
fi

admin=(psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname "${PGDATABASE:-postgres}" --file -)
target=(psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname "$database" --output /dev/null --file)
export PGCLIENTENCODING=UTF8 PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning"

# The password travels as COPY data, which no server logs, and is hashed by the server: it stands neither on a command
# line nor in a statement. What an error of ALTER ROLE would quote is caught.
escaped=${password//\\/\\\\}
escaped=${escaped//$'\n'/\\n}
escaped=${escaped//$'\r'/\\r}
escaped=${escaped//$'\t'/\\t}
"${admin[@]}" <<SQL
SELECT 'CREATE DATABASE $database' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$database') \gexec
SELECT 'CREATE ROLE $login LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$login') \gexec
BEGIN;
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
COMMIT;
SQL

"${target[@]}" "$sql/pgstac-1-extensions.sql"
"${target[@]}" "$sql/pgstac-2-roles.sql"

ask=(psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --dbname "$database" --command)
if [[ $("${ask[@]}" "SELECT to_regnamespace('pgstac') IS NULL") == t ]]; then
  read_pgstac | "${target[@]}" - --single-transaction
fi
installed=$("${ask[@]}" "SELECT pgstac.get_version()")
if [[ $installed != "$version" ]]; then
  echo "database $database has pgSTAC $installed, and nothing was changed in it: migrate it to $version with pypgstac migrate" >&2
  exit 1
fi

"${target[@]}" "$sql/pgstac-3-platform.sql"
"${target[@]}" "$sql/pgstac-4-settings.sql"
"${target[@]}" - <<SQL
SELECT platform.grant_login('$login', 'pgstac_ingest', ARRAY['pgstac_read']);
SQL
echo "database $database is ready with pgSTAC $installed; $login may load items"
