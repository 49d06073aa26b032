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
unset CDPATH # cd would look there, and say where it went
sql=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../sql" && pwd)

# It is read once, so that the SQL that is checked is the SQL that runs, whole.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat -- "$file" >"$work/given"

# By the first two bytes, whatever the file is called.
read_pgstac() {
  case $(head -c 2 "$work/given" | od -An -tx1) in
    *1f*8b*) gzip -dc <"$work/given" ;;
    *50*4b*)
      python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' \
        "$work/given" "pypgstac/migrations/pgstac.$version.sql"
      ;;
    *) cat "$work/given" ;;
  esac
}
read_pgstac >"$work/pgstac.sql"

# The second is what macOS has.
hash_bytes() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c 1-64
}

given=$(sed -n "s/^SELECT set_version('\([^']*\)');.*/\1/p" "$work/pgstac.sql" | tail -n 1)
if [[ $given != "$version" ]]; then
  echo "$file is pgSTAC ${given:-of no version}; this platform is on $version (databases.pgstac.pgstac)" >&2
  exit 1
fi
# Of the SQL itself, or of the file as the spec's source has it.
if [[ $(hash_bytes <"$work/pgstac.sql") != "$sha256" && $(hash_bytes <"$work/given") != "$sha256" ]]; then
  echo "$file has other bytes than pgSTAC $version: its SHA-256 is not $sha256, and nothing of it was run" >&2
  exit 1
fi

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

# Rolled back: only a member of the group roles can read pgSTAC where another admin installed it.
find_pgstac() {
  psql --no-psqlrc --no-password --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --dbname "$database" \
    --set folder="$sql" --file - <<'SQL'
BEGIN;
SELECT pg_advisory_xact_lock(8100956982295360109) \g /dev/null
\i :folder/pgstac-2-roles.sql
SELECT to_regnamespace('pgstac') IS NULL AS absent, to_regproc('pgstac.get_version') IS NULL AS unknown \gset
\if :absent
\elif :unknown
  \echo of no version
\else
  SELECT pgstac.get_version();
\endif
ROLLBACK;
SQL
}
installed=$(find_pgstac)
if [[ ${installed:-$version} != "$version" ]]; then
  echo "database $database has pgSTAC $installed, and nothing was changed in it: \`platform db init\`, with this login's DSNs, upgrades an older one to $version" >&2
  exit 1
fi

# All or nothing, and one installer at a time: `platform db init` takes the same lock. pgSTAC's SQL ends as another role.
"${target[@]}" - --single-transaction --set folder="$sql" --set pgstac="$work/pgstac.sql" <<SQL
SELECT pg_advisory_xact_lock(8100956982295360109);
\i :folder/pgstac-1-extensions.sql
\i :folder/pgstac-2-roles.sql
SELECT to_regnamespace('pgstac') IS NULL AS absent \gset
\if :absent
  \i :pgstac
  RESET ROLE;
  RESET search_path;
\endif
\i :folder/pgstac-3-platform.sql
\i :folder/pgstac-4-settings.sql
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

echo "database $database is ready with pgSTAC $version; $login may load items"
