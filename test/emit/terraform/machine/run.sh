#!/bin/bash
# Boots a machine, as far as a machine is its startup script: real PostgreSQL and pgBackRest on empty folders, in namespaces
# of its own (no network, its own processes), with the cloud's commands, systemd and apt replaced on PATH; so the Ops Agent is
# asked for and configured, and not installed. Prints what the test compares, and ends at the first
# step that fails.   run.sh FOLDER_OF_STARTUP_SCRIPTS DATABASE
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$1 database=$2

ip link set lo up
empty() { mkdir -p "$1" && mount -t tmpfs -o mode=0755 tmpfs "$1"; }
for path in /var/lib/postgresql /etc/postgresql /run /var/lib/platform /etc/postgresql-common/createcluster.d \
  /var/log/postgresql /var/log/pgbackrest /var/spool/pgbackrest /tmp/pgbackrest /usr/local/sbin /etc/systemd/system \
  /etc/google-cloud-ops-agent /etc/apt/sources.list.d /usr/share/keyrings /mnt; do
  empty "$path"
done
# pg_ctlcluster hands over to systemd where that folder is.
mkdir -p /run/systemd/system /run/postgresql
chmod 1777 /run/postgresql
chown postgres:postgres /var/{log,spool}/pgbackrest /tmp/pgbackrest
echo 'a key' >/usr/share/keyrings/cloud.google.gpg
touch /mnt/pgbackrest.conf
mount --bind /mnt/pgbackrest.conf /etc/pgbackrest.conf
export PATH=$here/bin:$PATH TEST_STORE=/mnt/secrets TEST_SQL=$folder/sql/$database
export TEST_METADATA=/mnt/metadata TEST_AGENT=/mnt/agent TEST_SYSTEMCTL=/mnt/systemctl TEST_PACKAGES=/mnt/packages
export TEST_STARTUP=$folder/startup-$database.sh
# shellcheck source=test/emit/terraform/machine/cloud.sh
. "$here/cloud.sh"
start_cloud acme-earth-sentinel2-postgres-backups
mkdir -m 0755 "$TEST_STORE" "$TEST_METADATA"

# With passwords from the metadata the first one is said before the machine boots, and each by the metadata alone.
give_password() {
  if [ "$TEST_PASSWORDS" = metadata ]; then
    printf %s "$1" >"$TEST_METADATA/${database^^}_PASSWORD"
  else
    printf %s "$1" >"$TEST_STORE/$(basename "$(newest password)" .1).2"
  fi
}

boot() { bash "$TEST_STARTUP" 2>&1 | sed 's/^/# /'; }
newest() { find "$TEST_STORE" -name "*-$1.*" | sort | tail -n 1; }
connect() { PGPASSWORD=$(cat "$(newest password)") psql -XqAt "host=localhost dbname=$database user=${database}_user $*" 2>&1; }
ask() { connect "sslmode=verify-full sslrootcert=$(newest ca)" <<<"$1"; }
admin() { runuser -u postgres -- psql -XqAt "$database" -c "$1"; }
backrest() { runuser -u postgres -- pgbackrest --stanza=main "$@"; }
labels() { backrest --output=json info | grep -o '"label":"[^"]*"' | tr -dc 'FD\n' | paste -sd ' '; }
fingerprint() {
  cat /etc/postgresql/15/main/{pg_hba.conf,pg_ident.conf,conf.d/platform.conf} /var/lib/postgresql/tls/*.crt "$TEST_STORE"/* \
    /etc/pgbackrest.conf /usr/local/sbin/* /etc/systemd/system/* /etc/google-cloud-ops-agent/* "$TEST_AGENT" | sha256sum
  labels
}

[ "$TEST_PASSWORDS" = secretManager ] || give_password "a 'first' \$(id) \`one\` ü "
boot || echo "died: $(cd /var/lib/postgresql && echo *)"
boot
echo "packages: $(paste -sd , "$TEST_PACKAGES")"
echo "login: $(ask "SELECT current_user || ' ' || ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")"
echo "hba: $(grep -c . /etc/postgresql/15/main/pg_hba.conf)"
echo "plain: $(connect sslmode=disable <<<'SELECT 1' | grep -o 'no pg_hba.conf entry' || true)"
echo "other database: $(PGDATABASE=postgres connect "sslmode=require dbname=postgres" <<<'SELECT 1' | grep -o 'no pg_hba.conf entry' || true)"
echo "backups: $(labels)"
echo "timer: $(systemd-analyze verify --man=no platform-backup.timer && paste -sd , "$TEST_SYSTEMCTL")"
echo "agent: $(psql -XqAt -U ops_agent "$database" -c 'SELECT current_user, count(*) > 0 FROM pg_stat_database') $(cut -d ' ' -f 3 "$TEST_AGENT")"
echo "agent reads no rows: $(psql -XqAt -U ops_agent "$database" -c 'SELECT * FROM platform.settings' 2>&1 | grep -o 'permission denied' || true)"
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
# It died as well when its key was new and its certificate was not.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out /mnt/key 2>/dev/null
cat /mnt/key >/var/lib/postgresql/tls/server.key
boot
echo "new boot disk: $(ask 'SELECT current_user')"
[ "$database" = ingest ] || echo "pgstac: $(ask 'SELECT pgstac.get_version()') $(ask 'SELECT count(*) FROM platform.run')"
[ "$database" = pgstac ] || echo "log: $(ask 'SELECT count(*) FROM public.ingestion_log')"
[ "$TEST_PASSWORDS" = secretManager ] || exit 0

# As team/rotation.md has it.
old=$(newest ca)
rm /var/lib/postgresql/tls/ca.crt
boot
echo "new CA: $(ask 'SELECT current_user'), by the old one $(connect "sslmode=verify-full sslrootcert=$old" <<<'SELECT 1' 2>&1 | grep -o 'certificate verify failed')"

# All that was on the data disk is lost, but for what was written before the last of the log was kept.
admin 'CREATE TABLE public.kept AS SELECT generate_series(1, 1000) AS id'
systemctl start platform-backup.service | sed 's/^/# /'
admin 'INSERT INTO public.kept VALUES (1001)'
backrest check
echo "later: $(labels)"
pg_ctlcluster 15 main stop --mode immediate
while pgrep -u postgres >/dev/null; do sleep 0.1; done
umount /var/lib/postgresql
empty /var/lib/postgresql
echo "empty data disk: $(bash "$TEST_STARTUP" 2>&1 | grep -o 'sudo platform-restore')"
platform-restore 2>&1 | sed 's/^/# /'
echo "restored: $(admin 'SELECT count(*) FROM public.kept') $(ask 'SELECT current_user')"

# And somebody's mistake, undone.
before=$(admin 'SELECT clock_timestamp()')
sleep 1
admin 'DROP TABLE public.kept'
backrest check
platform-restore "$before" 2>&1 | sed 's/^/# /'
echo "as it was: $(admin 'SELECT count(*) FROM public.kept') $(labels)"

[ "$database" = ingest ] || exit 0

# What pgBackRest refuses leaves the database as it is; what PostgreSQL cannot reach stops it, and the script says so.
platform-restore yesterday >/mnt/refused 2>&1 || echo "refused: $(admin 'SELECT count(*) FROM public.kept')"
echo "too late: $(platform-restore '2030-01-01 00:00:00+00' 2>&1 | grep -o 'PostgreSQL has stopped')"
platform-restore 2>&1 | sed 's/^/# /'
echo "after all: $(admin 'SELECT count(*) FROM public.kept') $(ask 'SELECT current_user')"

back_up() { TEST_DAYS=$1 systemctl start platform-backup.service | sed 's/^/# /'; }
back_up 6
echo "after 6 days: $(labels)"
for _ in {1..4}; do back_up 7; done
echo "after 7 days, four times: $(labels)"
