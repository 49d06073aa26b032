#!/bin/bash
# Boots a machine, as far as a machine is its startup script: real PostgreSQL on empty folders, in namespaces of its own
# (no network, its own processes), with the cloud replaced on PATH. Prints what the test compares, and ends at the first
# step that fails.   run.sh FOLDER_OF_STARTUP_SCRIPTS DATABASE
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$1 database=$2

ip link set lo up
for path in /var/lib/postgresql /etc/postgresql /run/postgresql /var/lib/platform /etc/postgresql-common/createcluster.d /mnt; do
  mkdir -p "$path"
  mount -t tmpfs -o mode=0755 tmpfs "$path"
done
chmod 1777 /run/postgresql
export PATH=$here/bin:$PATH TEST_STORE=/mnt/secrets TEST_SQL=$folder/sql/$database
export TEST_METADATA=/mnt/metadata
mkdir -m 0755 "$TEST_STORE" "$TEST_METADATA"

# With passwords from the metadata the first one is said before the machine boots, and each by the metadata alone.
give_password() {
  if [ "$TEST_PASSWORDS" = metadata ]; then
    printf %s "$1" >"$TEST_METADATA/${database^^}_PASSWORD"
  else
    printf %s "$1" >"$TEST_STORE/$(basename "$(newest password)" .1).2"
  fi
}

boot() { bash "$folder/startup-$database.sh" 2>&1 | sed 's/^/# /'; }
newest() { find "$TEST_STORE" -name "*-$1.*" | sort | tail -n 1; }
connect() { PGPASSWORD=$(cat "$(newest password)") psql -XqAt "host=localhost dbname=$database user=${database}_user $*" 2>&1; }
ask() { connect "sslmode=verify-full sslrootcert=$(newest ca)" <<<"$1"; }
fingerprint() { cat /etc/postgresql/15/main/{pg_hba.conf,conf.d/platform.conf} /var/lib/postgresql/tls/*.crt "$TEST_STORE"/* | sha256sum; }

[ "$TEST_PASSWORDS" = secretManager ] || give_password "a 'first' \$(id) \`one\` ü "
boot
echo "login: $(ask "SELECT current_user || ' ' || ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")"
echo "hba: $(grep -c . /etc/postgresql/15/main/pg_hba.conf)"
echo "plain: $(connect sslmode=disable <<<'SELECT 1' | grep -o 'no pg_hba.conf entry' || true)"
echo "other database: $(PGDATABASE=postgres connect "sslmode=require dbname=postgres" <<<'SELECT 1' | grep -o 'no pg_hba.conf entry' || true)"
echo "secrets: $(cd "$TEST_STORE" && echo ./*)"
first=$(fingerprint)

boot
[ "$(fingerprint)" = "$first" ] && echo 'second boot: the same'

give_password "it's \\ a \"pass\$word\" "
boot
echo "new password: $(ask 'SELECT current_user')"

pg_ctlcluster 15 main stop
umount /etc/postgresql
mount -t tmpfs -o mode=0755 tmpfs /etc/postgresql
boot
echo "new boot disk: $(ask 'SELECT current_user')"
[ "$database" = ingest ] || echo "pgstac: $(ask 'SELECT pgstac.get_version()') $(ask 'SELECT count(*) FROM platform.run')"
[ "$database" = pgstac ] || echo "log: $(ask 'SELECT count(*) FROM public.ingestion_log')"
