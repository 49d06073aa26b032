#!/usr/bin/env bash
# Makes the pgstac database on a PostgreSQL server of one's own: database `pgstac`, login `pgstac_user`, extensions,
# roles, pgSTAC itself, schema platform and grants. Safe to run again; a new password replaces the old one.
#
#   PGSTAC_PASSWORD=… ./scripts/db/init-pgstac.sh path/to/pgstac.sql.gz
#
# The file is pgSTAC's own SQL of the version below, plain or gzipped, or the wheel that it is in:
#   pip download --no-deps pypgstac==0.9.11
# psql's own variables say where and as whom (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGSSLMODE …): an admin login, and
# PostGIS wants a superuser unless it is there already.
{ set +x; } 2>/dev/null # a trace would show the password
set -euo pipefail

version='0.9.11'
sha256='4b54796965449714a343f523b7bd9e6d782b386f4d4f67a3a4724f164bca92d4'
password=${PGSTAC_PASSWORD:?set PGSTAC_PASSWORD to the password that pgstac_user shall have}
unset PGSTAC_PASSWORD
file=${1:?usage: PGSTAC_PASSWORD=… $0 path/to/pgstac.sql.gz}
database=pgstac
login=pgstac_user
sql=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../sql" && pwd)

# By the first two bytes, whatever the file is called.
read_pgstac() {
  case $(head -c 2 -- "$file" | od -An -tx1) in
    *1f*8b*) gzip -dc <"$file" ;;
    *50*4b*)
      python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' \
        "$file" "pypgstac/migrations/pgstac.$version.sql"
      ;;
    *) cat -- "$file" ;;
  esac
}

# The second is what macOS has.
hash_bytes() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c 1-64
}

given=$(read_pgstac | sed -n "s/^SELECT set_version('\([^']*\)');.*/\1/p" | tail -n 1)
if [[ $given != "$version" ]]; then
  echo "$file is pgSTAC ${given:-of no version}; this platform is on $version (databases.pgstac.pgstac)" >&2
  exit 1
fi
# Of the SQL itself, or of the file as the spec's source has it.
if [[ $(read_pgstac | hash_bytes) != "$sha256" && $(hash_bytes <"$file") != "$sha256" ]]; then
  echo "$file has other bytes than pgSTAC $version: its SHA-256 is not $sha256, and nothing of it was run" >&2
  exit 1
fi

# A password that psql had to ask for would be asked for by each of them, or be read out of the SQL.
admin=(psql --no-psqlrc --no-password --quiet --set ON_ERROR_STOP=1 --dbname "${PGDATABASE:-postgres}" --file -)
target=(psql --no-psqlrc --no-password --quiet --set ON_ERROR_STOP=1 --dbname "$database" --output /dev/null --file)
export PGCLIENTENCODING=UTF8 PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning"

# The login gets in with nothing until it has a password.
"${admin[@]}" <<SQL
SELECT 'CREATE DATABASE $database' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$database') \gexec
SELECT 'CREATE ROLE $login LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$login') \gexec
SQL

"${target[@]}" "$sql/pgstac-1-extensions.sql"
"${target[@]}" "$sql/pgstac-2-roles.sql"

ask=(psql --no-psqlrc --no-password --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --dbname "$database" --command)
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

# Last, since the SQL above refuses another platform's server, whose login has the same name.
# The password travels as COPY data, which no server logs, and is hashed by the server: it stands neither on a command
# line nor in a statement. What an error of ALTER ROLE would quote is caught.
escaped=${password//\\/\\\\}
escaped=${escaped//$'\n'/\\n}
escaped=${escaped//$'\r'/\\r}
escaped=${escaped//$'\t'/\\t}
"${admin[@]}" <<SQL
BEGIN;
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
COMMIT;
SQL

echo "database $database is ready with pgSTAC $installed; $login may load items"
