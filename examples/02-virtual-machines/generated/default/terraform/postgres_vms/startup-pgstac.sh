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
# hosting.virtualMachines.clients, and Identity-Aware Proxy's tunnels.
readonly clients=('10.0.0.0/16' 35.235.240.0/20)

readonly data=/var/lib/postgresql
readonly config=/etc/postgresql/15/main
readonly tls=$data/tls
readonly work=/var/lib/platform
readonly metadata=http://metadata.google.internal/computeMetadata/v1/instance/attributes

say() { printf 'platform: %s\n' "$*"; }
fail() {
  say "$*" >&2
  exit 1
}

# A grant that Terraform has just made takes minutes to hold everywhere.
patiently() {
  local tries=30
  until "$@"; do
    ((--tries)) || fail "gave up on: $1"
    sleep 10
  done
}

# By the server's socket, as its superuser.
psql() { runuser -u postgres -- psql "$@"; }
query() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

# The data disk outlives this machine. It is formatted only where blkid finds nothing at all on it, which is its code 2.
mount_data_disk() {
  local device=/dev/disk/by-id/google-data found=0
  mountpoint -q "$data" && return
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

install_packages() {
  local wanted=(postgresql-15 postgresql-15-postgis-3 openssl python3-pip)
  dpkg-query -W "${wanted[@]}" >/dev/null 2>&1 && return
  # Else the package makes a cluster of its own, without checksums.
  install -d -m 0755 /etc/postgresql-common/createcluster.d
  printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.d/platform.conf
  chmod 0644 /etc/postgresql-common/createcluster.d/platform.conf
  { apt-get -q update && apt-get -q install -y --no-install-recommends "${wanted[@]}"; } ||
    fail "Debian's packages could not be had: has the subnetwork a way out (Cloud NAT)? See main.tf"
}

# The configuration is on the boot disk. Where that is new and the databases are not, pg_createcluster takes them over,
# given configuration files it can move; all that matters in them is written below.
make_cluster() {
  [ -e "$config/postgresql.conf" ] && return
  if [ -e "$data/15/main/PG_VERSION" ]; then
    touch "$data"/15/main/{postgresql,pg_hba,pg_ident}.conf
    chown -R postgres:postgres "$data/15"
    pg_createcluster 15 main
  else
    pg_createcluster 15 main -- --data-checksums --encoding=UTF8 --locale=C.UTF-8
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
EOF
  {
    printf 'local all postgres peer\n'
    # Any login, since an administrator may make more; the superuser has no password, so none gets in as that.
    printf "hostssl \"$database\" all %s scram-sha-256\n" "${clients[@]}"
  } >"$config/pg_hba.conf"
  chown postgres:postgres "$config/pg_hba.conf" "$config/conf.d/platform.conf"
}

# A restart only for what cannot be reloaded: clients are connected.
start_server() {
  if ! pg_ctlcluster 15 main status >/dev/null 2>&1; then
    pg_ctlcluster 15 main start
    return
  fi
  pg_ctlcluster 15 main reload
  sleep 1
  [ "$(query -c 'SELECT count(*) FROM pg_settings WHERE pending_restart')" = 0 ] || pg_ctlcluster 15 main restart
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
  # Made again for another host name, for a new boot disk's user id, and in the year before it ends.
  if [ "$(stat -c %U "$tls/server.key" 2>/dev/null)" = postgres ] &&
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

# The login gets in with nothing until it has a password.
"${admin[@]}" <<SQL
SELECT 'CREATE DATABASE $database' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$database') \gexec
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
      say "pgSTAC $installed is installed, the spec says $pgstac_version: platform db init upgrades it"
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
mount_data_disk
install_packages
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
