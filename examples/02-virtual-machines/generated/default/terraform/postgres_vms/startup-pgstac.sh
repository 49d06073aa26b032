#!/bin/bash
# Makes this machine the PostgreSQL server of one database. Google's guest agent runs it as root at every boot, and
# `sudo google_metadata_script_runner startup` by hand; each step looks at what is there, so a second run changes nothing.
# Its log: sudo journalctl -u google-startup-scripts
set -euo pipefail
umask 077
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

readonly project='acme-fields'
readonly host='pgstac-postgres.europe-west4-a.c.acme-fields.internal'
readonly machine='pgstac-postgres'
readonly database='pgstac'
readonly login='pgstac_user'
readonly password_secret='harvest-pgstac-password'
readonly ca_secret='harvest-pgstac-ca'
# hosting.virtualMachines.backups
readonly backup_bucket='acme-fields-harvest-postgres-backups'
readonly backup_folder='harvest/pgstac'
readonly backup_time='02:00'
readonly full_every_days='7'
readonly backups_retained='4'
# hosting.virtualMachines.clients, and Identity-Aware Proxy's tunnels.
readonly clients=('10.0.0.0/16' 35.235.240.0/20)

readonly data=/var/lib/postgresql
readonly config=/etc/postgresql/15/main
readonly tls=$data/tls
readonly unfinished=$data/15.unfinished
readonly work=/var/lib/platform
readonly metadata=http://metadata.google.internal/computeMetadata/v1/instance/attributes

say() { printf 'platform: %s\n' "$*"; }
fail() {
  say "$*" >&2
  exit 1
}

# A grant that Terraform has just made takes minutes to hold everywhere (IAM, 'Access change propagation': seven or more).
patiently() {
  local end=$((SECONDS + 900))
  until "$@"; do
    ((SECONDS < end)) || fail "gave up on: $1"
    sleep 10
  done
}

# By the server's socket, as its superuser.
psql() { runuser -u postgres -- psql "$@"; }
query() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

# The data disk outlives this machine. It is formatted only where blkid finds nothing at all on it, which is its code 2.
mount_data_disk() {
  local device=/dev/disk/by-id/google-data
  mountpoint -q "$data" || make_file_system "$device"
  # Where hosting.virtualMachines.diskGb has grown; else it does nothing.
  resize2fs "$device" 2>&1
}

make_file_system() {
  local device=$1 found=0
  [ -e "$device" ] || fail "no data disk: $device is not there"
  blkid -p "$device" >/dev/null || found=$?
  case $found in
    0) ;;
    2) mkfs.ext4 -q -m 0 "$device" ;;
    *) fail "blkid cannot read $device (code $found): nothing was formatted" ;;
  esac
  install -d -m 0755 "$data"
  grep -q "^$device " /etc/fstab || printf '%s %s ext4 defaults,nofail 0 2\n' "$device" "$data" >>/etc/fstab
  mount "$data"
}

# Not merely known to dpkg: whoever pulls the plug in the middle leaves packages that are unpacked and no more.
has_packages() {
  [ "$(dpkg-query -W -f '${db:Status-Status}\n' "$@" 2>/dev/null | grep -cx installed)" = $# ]
}

# A new machine's own upgrades hold the locks for minutes, and a mirror may be away for some.
get_packages() {
  dpkg --configure -a && apt-get -q update && apt-get -q install -y --no-install-recommends "$@" && return
  say "packages cannot be had yet. No lock, but no connection? Then the subnetwork has no way out (Cloud NAT): see main.tf"
  return 1
}

install_packages() {
  local wanted=(postgresql-15 postgresql-15-postgis-3 pgbackrest openssl python3-pip)
  has_packages "${wanted[@]}" && return
  # Else the package makes a cluster of its own, without checksums.
  install -d -m 0755 /etc/postgresql-common/createcluster.d
  printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.d/platform.conf
  chmod 0644 /etc/postgresql-common/createcluster.d/platform.conf
  patiently get_packages "${wanted[@]}"
}

# The configuration is on the boot disk, the databases on the other one, and either can be new. Where the first is,
# pg_createcluster takes the databases over, given configuration files it can move; all that matters in them is written
# below.
make_cluster() {
  # Where this machine died while it made a cluster there is half of one, which nobody has used.
  if [ -e "$unfinished" ]; then rm -rf "$data/15/main" "$config"; fi
  if [ -e "$data/15/main/PG_VERSION" ]; then
    [ -e "$config/postgresql.conf" ] && return
    touch "$data"/15/main/{postgresql,pg_hba,pg_ident}.conf
    chown -R postgres:postgres "$data/15"
    pg_createcluster 15 main
  else
    refuse_to_forget
    rm -rf "$config"
    touch "$unfinished"
    sync "$unfinished" "$data"
    pg_createcluster 15 main -- --data-checksums --encoding=UTF8 --locale=C.UTF-8
    rm "$unfinished"
    sync "$data"
  fi
}

write_configuration() {
  local memory_mb
  memory_mb=$(($(awk '/^MemTotal:/ { print $2 }' /proc/meminfo) / 1024))
  install -d -m 0755 "$config/conf.d"
  cat >"$config/conf.d/platform.conf" <<EOF
listen_addresses = '*'
password_encryption = 'scram-sha-256'
ssl = on
ssl_min_protocol_version = 'TLSv1.2'
ssl_cert_file = '$tls/server.crt'
ssl_key_file = '$tls/server.key'
shared_buffers = '$((memory_mb / 4))MB'
effective_cache_size = '$((memory_mb * 3 / 4))MB'
maintenance_work_mem = '$((memory_mb / 16))MB'
archive_mode = on
archive_command = 'pgbackrest --stanza=main archive-push %p'
# What a lost disk takes with it at most.
archive_timeout = '5min'
EOF
  {
    printf 'local all postgres peer\n'
    printf 'local all ops_agent peer map=agent\n'
    # Any login, since an administrator may make more; the superuser has no password, so none gets in as that.
    printf "hostssl \"$database\" all %s scram-sha-256\n" "${clients[@]}"
  } >"$config/pg_hba.conf"
  printf 'agent root ops_agent\n' >"$config/pg_ident.conf"
  chown postgres:postgres "$config"/{pg_hba,pg_ident}.conf "$config/conf.d/platform.conf"
}

# Always as systemd's service, whatever asks for it: so it stops in order with the machine, is the last that Linux kills
# when memory runs out, and starts again after an upgrade of its package. systemd waits as long as pg_ctl does: after a
# restore the log is replayed first, which may take hours.
start_server() {
  printf "pg_ctl_options = '-t 86400'\n" >"$config/pg_ctl.conf"
  if is_running; then
    await_server
    pg_ctlcluster 15 main reload
    sleep 1
    # Only for what cannot be reloaded: clients are connected.
    [ "$(query -c 'SELECT count(*) FROM pg_settings WHERE pending_restart')" = 0 ] || ask_systemd restart
  else
    ask_systemd start
  fi
  await_server
}

# Of a server that does not start await_server says more.
ask_systemd() { systemctl "$1" postgresql@15-main || return 0; }

is_running() { pg_ctlcluster 15 main status >/dev/null 2>&1; }

await_server() {
  until [ "$(query -c 'SELECT pg_is_in_recovery()' 2>/dev/null)" = f ]; do
    is_running || fail "PostgreSQL has stopped, and says why in /var/log/postgresql/postgresql-15-main.log"
    sleep 1
  done
}

# Ten years, because nothing renews it by itself: after a CA of its own a server's certificate costs no trust to renew, a
# new CA has to reach every client.
make_certificates() {
  install -d -m 0755 "$tls"
  if ! [ -s "$tls/ca.crt" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 3650 -subj "/CN=$machine CA" \
      -addext keyUsage=critical,keyCertSign,cRLSign -keyout "$tls/ca.key" -out "$tls/ca.crt.new" 2>/dev/null
    mv "$tls/ca.crt.new" "$tls/ca.crt"
    chmod 0644 "$tls/ca.crt"
  fi
  # Made again for another host name, for a new boot disk's user id, in the year before it ends, and where this machine
  # died with one of the two new.
  if [ "$(stat -c %U "$tls/server.key" 2>/dev/null)" = postgres ] &&
    [ "$(openssl pkey -in "$tls/server.key" -pubout)" = "$(openssl x509 -in "$tls/server.crt" -noout -pubkey)" ] &&
    openssl verify -CAfile "$tls/ca.crt" -verify_hostname "$host" "$tls/server.crt" >/dev/null 2>&1 &&
    openssl x509 -in "$tls/server.crt" -noout -checkend 31536000 >/dev/null; then
    return
  fi
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 3649 -subj "/CN=$machine" \
    -CA "$tls/ca.crt" -CAkey "$tls/ca.key" -addext basicConstraints=critical,CA:FALSE \
    -addext "subjectAltName=DNS:$host,DNS:$machine,DNS:localhost,IP:127.0.0.1" \
    -keyout "$tls/server.key.new" -out "$tls/server.crt.new" 2>/dev/null
  chmod 0644 "$tls/server.crt.new"
  chown postgres:postgres "$tls/server.key.new"
  mv "$tls/server.key.new" "$tls/server.key"
  mv "$tls/server.crt.new" "$tls/server.crt"
}

# A new version only for a new CA. Clients read the newest.
publish_ca() {
  cmp -s "$tls/ca.crt" "$tls/ca.published" && return
  gcloud secrets versions add "$ca_secret" --project="$project" --data-file="$tls/ca.crt" >/dev/null || return 1
  cp "$tls/ca.crt" "$tls/ca.published"
}

backrest() { runuser -u postgres -- pgbackrest --stanza=main "$@"; }

# pgBackRest keeps backups and the write-ahead log in this machine's folder of the bucket, as the machine's own identity.
configure_backups() {
  cat >/etc/pgbackrest.conf <<EOF
[global]
repo1-type=gcs
repo1-gcs-key-type=auto
repo1-gcs-bucket=$backup_bucket
repo1-path=/$backup_folder
repo1-retention-full=$backups_retained
# One object of many small files, which is what most partitions are.
repo1-bundle=y
compress-type=zst
archive-async=y
start-fast=y

[main]
pg1-path=$data/15/main
EOF
  chown postgres:postgres /etc/pgbackrest.conf
  write_backup_command
  write_restore_command
  chmod 0755 /usr/local/sbin/platform-{backup,restore}
}

write_backup_command() {
  cat >/usr/local/sbin/platform-backup <<EOF
#!/bin/bash
# What has changed since the newest full backup, or a full one where that is $full_every_days days old. As postgres.
set -euo pipefail
full=\$(pgbackrest --stanza=main --output=json info | grep -o '"label":"[0-9-]*F"' | tr -dc '0-9F\n-' | sort | tail -n 1) || full=
due=\$(date -d '-$((full_every_days * 24 - 12)) hours' +%Y%m%d-%H%M%S)
if [[ \$full > \$due ]]; then type=diff; else type=full; fi
exec pgbackrest --stanza=main --type=\$type backup
EOF
}

write_restore_command() {
  cat >/usr/local/sbin/platform-restore <<EOF
#!/bin/bash
# platform-restore ['2026-11-23 04:00:00+00']: the database as it last was, or as it was then, in the place of what is
# there now. As root. PostgreSQL replays the write-ahead log and then takes logins again; the startup script does the rest.
set -euo pipefail
mountpoint -q $data || { echo "no data disk is mounted on $data" >&2; exit 1; }
until=()
[ \$# = 0 ] || until=(--type=time "--target=\$1" --target-action=promote)
if pg_ctlcluster 15 main status >/dev/null 2>&1; then pg_ctlcluster 15 main stop; fi
install -d -m 0700 -o postgres -g postgres $data/15 $data/15/main
status=0
runuser -u postgres -- pgbackrest --stanza=main --delta "\${until[@]}" restore || status=\$?
# Refused, the database is still there and starts again.
google_metadata_script_runner startup
exit \$status
EOF
}

# An empty disk beside backups is a lost one: a new database would be taken for the old one by all who use it.
refuse_to_forget() {
  local kept
  patiently list_backups
  [ -z "$kept" ] || fail "the data disk is empty, and gs://$backup_bucket/$backup_folder has backups of what was on it: \
sudo platform-restore (to begin anew instead, move that folder away and run this script again)"
}

list_backups() { kept=$(backrest repo-ls backup/main); }

# The timer catches up on what was missed while the machine was off; a backup that fails is tried again.
start_backups() {
  patiently backrest stanza-create
  cat >/etc/systemd/system/platform-backup.service <<'EOF'
[Unit]
Description=Backup of PostgreSQL by pgBackRest
After=network-online.target postgresql.service

[Service]
Type=oneshot
User=postgres
ExecStart=/usr/local/sbin/platform-backup
Restart=on-failure
RestartSec=15min
EOF
  cat >/etc/systemd/system/platform-backup.timer <<EOF
[Unit]
Description=Daily backup of PostgreSQL

[Timer]
OnCalendar=*-*-* $backup_time:00 UTC
Persistent=true

[Install]
WantedBy=timers.target
EOF
  chmod 0644 /etc/systemd/system/platform-backup.{service,timer}
  systemctl daemon-reload
  systemctl enable --now platform-backup.timer
  # After the timer: a bucket that cannot be reached now is tried again every day.
  backrest check || fail "the write-ahead log does not reach gs://$backup_bucket/$backup_folder"
  # The first is not left to the night.
  backrest --output=json info | grep -q '"label"' || systemctl start --no-block platform-backup.service
}

# Google's Ops Agent from Google's own repository, by the key that Google's image of Debian brings.
install_agent() {
  local key=/usr/share/keyrings/cloud.google.gpg
  if ! has_packages google-cloud-ops-agent; then
    [ -s "$key" ] || fail "no Ops Agent: $key, by which its packages are known, is not on this image"
    printf 'deb [signed-by=%s] https://packages.cloud.google.com/apt google-cloud-ops-agent-bookworm-all main\n' "$key" \
      >/etc/apt/sources.list.d/google-cloud-ops-agent.list
    chmod 0644 /etc/apt/sources.list.d/google-cloud-ops-agent.list
    patiently get_packages google-cloud-ops-agent
  fi
  # It reads statistics and no rows, and only root of this machine is let in as it, without a password (pg_ident.conf).
  "${admin[@]}" <<'SQL'
SELECT 'CREATE ROLE ops_agent LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ops_agent') \gexec
GRANT pg_monitor TO ops_agent;
SQL
  configure_agent
}

configure_agent() {
  local file=/etc/google-cloud-ops-agent/config.yaml
  install -d -m 0755 "${file%/*}"
  cat >"$file.new" <<'EOF'
metrics:
  receivers:
    postgresql:
      type: postgresql
      username: ops_agent
      # The agent wants one; the server asks for none.
      password: none
  service:
    pipelines:
      postgresql:
        receivers: [postgresql]
logging:
  receivers:
    postgresql:
      type: postgresql_general
    journal:
      type: systemd_journald
  service:
    pipelines:
      postgresql:
        receivers: [postgresql]
      journal:
        receivers: [journal]
EOF
  if cmp -s "$file.new" "$file"; then
    rm "$file.new"
    return
  fi
  mv "$file.new" "$file"
  systemctl enable google-cloud-ops-agent
  systemctl restart google-cloud-ops-agent
}

# The newest version of the secret, and nothing where it has none yet.
read_secret() {
  local said
  said=$(mktemp)
  if gcloud secrets versions access latest --secret="$password_secret" --project="$project" 2>"$said" ||
    grep -q NOT_FOUND "$said"; then
    rm "$said"
    return
  fi
  cat "$said" >&2
  rm "$said"
  return 1
}

# The first is made here, so that nobody ever has to type it.
read_password() {
  local stored
  stored=$(read_secret) || return 1
  password=${stored:-$(openssl rand -hex 24)}
  [ "$password" = "$stored" ] ||
    printf %s "$password" | gcloud secrets versions add "$password_secret" --project="$project" --data-file=- >/dev/null
}

make_database() {
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
}

readonly pgstac_version='0.9.11'
readonly pgstac_sha256='4b54796965449714a343f523b7bd9e6d782b386f4d4f67a3a4724f164bca92d4'
readonly pgstac_file=$work/pgstac-$pgstac_version

is_pinned() { printf '%s %s\n' "$pgstac_sha256" "$1" | sha256sum --check --status 2>/dev/null; }

# Nothing but the pinned bytes is ever run; it does not matter who laid them here.
fetch_pgstac() {
  is_pinned "$pgstac_file" && return
  rm -rf "$work/wheel"
  python3 -m pip download -q --no-deps --no-cache-dir --dest "$work/wheel" "pypgstac==$pgstac_version" ||
    fail "pypgstac $pgstac_version could not be had; lay pgstac.$pgstac_version.sql out of it at $pgstac_file"
  unzip_pgstac "$work"/wheel/*.whl >"$pgstac_file.new"
  is_pinned "$pgstac_file.new" || fail "what came as pgSTAC $pgstac_version has not the sha256 $pgstac_sha256"
  mv "$pgstac_file.new" "$pgstac_file"
}

unzip_pgstac() {
  python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' \
    "$1" "pypgstac/migrations/pgstac.$pgstac_version.sql"
}

# The SQL itself, gzipped SQL, or a wheel.
read_pgstac() {
  case $(head -c 2 "$pgstac_file" | od -An -tx1) in
    ' 1f 8b') gunzip -c "$pgstac_file" ;;
    ' 50 4b') unzip_pgstac "$pgstac_file" ;;
    *) cat "$pgstac_file" ;;
  esac
}

install_pgstac() {
  local installed
  if [ "$(query -d "$database" -c "SELECT to_regclass('pgstac.migrations') IS NOT NULL")" = t ]; then
    installed=$(query -d "$database" -c 'SELECT pgstac.get_version()')
    [ "$installed" = "$pgstac_version" ] ||
      say "pgSTAC $installed is installed, the spec says $pgstac_version: stop what loads, then run pypgstac migrate as postgres"
    return
  fi
  fetch_pgstac
  read_pgstac | "${target[@]}" - --single-transaction
}

# The platform's own SQL, as in the folder sql; Terraform hands each file over as metadata of this machine.
run_sql() {
  local name
  for name in "$@"; do
    curl -fsS --retry 5 -H 'Metadata-Flavor: Google' "$metadata/sql-$name" | "${target[@]}" -
  done
}

install -d -m 0700 "$work"
# One at a time: someone may run it by hand while the machine boots.
[ -n "${PLATFORM_ALONE:-}" ] || PLATFORM_ALONE=1 exec flock --close "$work/lock" "$BASH" "$0"
mount_data_disk
install_packages
configure_backups
make_cluster
make_certificates
write_configuration
start_server
patiently read_password
make_database
run_sql 'pgstac-1-extensions' 'pgstac-2-roles'
install_pgstac
run_sql 'pgstac-3-platform' 'pgstac-4-settings' 'pgstac-5-logins'
patiently publish_ca
say "$database is ready on $host"
start_backups
install_agent
