# Sourced by run.sh: Google's addresses as seen from the machine. Cloud Storage is fake-gcs-server behind its real name, with
# a certificate that the machine trusts, so that pgBackRest runs with the configuration that was emitted and no other.
# shellcheck shell=bash

start_cloud() { # BUCKET
  local certificate=/mnt/storage.pem key=/mnt/storage.key
  printf '127.0.0.1 localhost metadata.google.internal storage.googleapis.com\n' >/mnt/hosts
  mount --bind /mnt/hosts /etc/hosts
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 -subj /CN=storage \
    -addext subjectAltName=DNS:storage.googleapis.com -keyout "$key" -out "$certificate" 2>/dev/null
  cp "$certificate" /mnt/trusted.crt
  chmod 0644 /mnt/trusted.crt
  mount --bind /mnt/trusted.crt /etc/ssl/certs/ca-certificates.crt
  mkdir -p "/mnt/gcs/$1"
  "$TEST_GCS" -backend filesystem -filesystem-root /mnt/gcs -scheme https -host 127.0.0.1 -port 443 \
    -cert-location "$certificate" -private-key-location "$key" -public-host storage.googleapis.com >/mnt/gcs.log 2>&1 &
  /usr/bin/python3 "$here/token.py" &
  local port
  for port in 80 443; do
    until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.1; done
  done
}
