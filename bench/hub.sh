#!/usr/bin/env bash
# What idle device connections cost Berth and Mosquitto, side by side: starts both on free loopback
# ports with the same P-256 certificate, registers COUNT devices at Berth and gives Mosquitto as
# many users in a password file, then runs hub_bench against the two, one after the other.
#
#   bench/hub.sh [COUNT=10000] [SECONDS_MAX=60]
#
# Needs mosquitto, python3 and a release build: cmake --preset release && ninja -C build/release
# berth hub_bench. BUILD names another build directory. Everything is below a temporary directory,
# which is removed.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/.." && pwd)
BUILD=${BUILD:-$ROOT/build/release}
COUNT=${1:-10000}
SECONDS_MAX=${2:-60}
WORK=$(mktemp -d)
PIDS=()

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

finish() {
  local pid
  for pid in "${PIDS[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$WORK"
}
trap finish EXIT

MOSQUITTO=$(PATH=$PATH:/usr/sbin command -v mosquitto) || die "mosquitto is not installed"
[ -x "$BUILD/hub_bench" ] || die "build it first: ninja -C $BUILD berth hub_bench"

# Each server needs a descriptor a connection, and so does hub_bench.
HARD=$(ulimit -Hn)
if [ "$HARD" != unlimited ] && [ "$HARD" -lt $((COUNT + 500)) ]; then
  die "a process may open $HARD files here; $COUNT connections need $((COUNT + 500)) (ulimit -Hn)"
fi
ulimit -n "$HARD"

export BERTH_DATA=$WORK/data
unset BERTH_URL BERTH_TOKEN BERTH_CA

berth() { "$BUILD/berth" "$@"; }

BERTH_NET_CONNECTIONS_PER_SOURCE_MAX=100000 "$BUILD/berth" serve --host localhost \
  --https-port 0 --mqtt-port 0 >"$WORK/berth.log" 2>&1 </dev/null &
BERTH_PID=$!
PIDS+=("$BERTH_PID")
for _ in $(seq 300); do
  kill -0 "$BERTH_PID" 2>/dev/null || break
  if [ -s "$BERTH_DATA/mqtt-url" ] && berth status >/dev/null 2>&1; then break; fi
  sleep 0.1
done
berth status >/dev/null 2>&1 || { tail -n 20 "$WORK/berth.log" >&2; die "Berth did not come up"; }
BERTH_PORT=$(sed 's/.*://' "$BERTH_DATA/mqtt-url")
HUB=$(berth hub list --json | python3 -c 'import json, sys
print(json.load(sys.stdin)["items"][0]["host"])')

printf 'registering %s devices ...\n' "$COUNT"
berth enrollment-group create --enrollment-id bench >/dev/null
berth enrollment-group show bench --show-keys --json | python3 -c 'import json, sys
print(json.load(sys.stdin)["keys"]["primaryKey"])' >"$WORK/group.key"
berth bench register --group-key-file "$WORK/group.key" --prefix dev- --count "$COUNT" --kept \
  --concurrency 32 --max-seconds 600 --disk-probes 0 | head -n 1

# Mosquitto: Berth's own certificate (with its key in one file), hashes as its tool makes them.
CERTIFICATE=$BERTH_DATA/server.pem
[ -s "$CERTIFICATE" ] || die "no certificate in $BERTH_DATA"
printf 'bench-password\n' >"$WORK/password"
seq 0 $((COUNT - 1)) | sed 's/.*/dev-&:bench-password/' >"$WORK/users"
mosquitto_passwd -U "$WORK/users"
MOSQUITTO_PORT=$(python3 -c 'import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])')
cat >"$WORK/mosquitto.conf" <<CONF
listener $MOSQUITTO_PORT 127.0.0.1
certfile $CERTIFICATE
keyfile $CERTIFICATE
tls_version tlsv1.3
password_file $WORK/users
allow_anonymous false
max_connections -1
user root
log_type error
CONF
"$MOSQUITTO" -c "$WORK/mosquitto.conf" >"$WORK/mosquitto.log" 2>&1 </dev/null &
MOSQUITTO_PID=$!
PIDS+=("$MOSQUITTO_PID")
for _ in $(seq 100); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$MOSQUITTO_PORT") 2>/dev/null; then break; fi
  kill -0 "$MOSQUITTO_PID" 2>/dev/null || { cat "$WORK/mosquitto.log" >&2; die "no mosquitto"; }
  sleep 0.1
done

"$BUILD/hub_bench" "$COUNT" "$BERTH_DATA/ca.pem" "$SECONDS_MAX" \
  "berth,$BERTH_PORT,$BERTH_PID,$HUB,dev-,$WORK/group.key" \
  "mqtt,$MOSQUITTO_PORT,$MOSQUITTO_PID,localhost,dev-,$WORK/password"
