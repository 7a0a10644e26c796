# ./dev demo: builds Berth, starts a server on free loopback ports, provisions one device, lets
# another be refused and reads why. ./dev bench: berth bench against such a server.

DEMO=$ROOT/build/demo
BERTH=$ROOT/build/release/berth

berth() { "$BERTH" "$@"; }

# The command as a person would type it, then what it prints.
show() {
  local word line='$'
  for word in "$@"; do
    case $word in *' '*) line+=" \"$word\"" ;; *) line+=" $word" ;; esac
  done
  printf '\n%s\n' "$line"
  "$@"
}

start_server() {
  rm -rf "$DEMO"
  mkdir -p "$DEMO"
  export BERTH_DATA=$DEMO/data
  unset BERTH_URL BERTH_TOKEN
  "$BERTH" serve --data "$BERTH_DATA" --host localhost --https-port 0 --mqtt-port 0 \
    >"$DEMO/server.log" 2>&1 </dev/null &
  SERVER=$!
  trap stop_server EXIT
  local tries
  for ((tries = 0; tries < 300; tries++)); do
    kill -0 "$SERVER" 2>/dev/null || break
    if [ -s "$BERTH_DATA/url" ] && berth doctor >"$DEMO/doctor.log" 2>&1; then return; fi
    sleep 0.1
  done
  tail -n 20 "$DEMO/server.log" "$DEMO/doctor.log" >&2 || true
  die "the server did not come up"
}

stop_server() {
  trap - EXIT
  [ -n "${SERVER:-}" ] || return 0
  kill -TERM "$SERVER" 2>/dev/null || true
  local code=0
  wait "$SERVER" || code=$?
  SERVER=
  [ "$code" -eq 0 ] || die "the server ended with exit code $code; see $DEMO/server.log"
}

# register ID KEY: what the device does with the key it was given in the factory.
register() {
  printf '%s\n' "$2" | python3 "$ROOT/tools/dev.d/device.py" \
    --url "$(cat "$BERTH_DATA/url")" --ca "$BERTH_DATA/ca.pem" --scope "$SCOPE" --id "$1"
}

field() { python3 -c 'import json, sys
value = json.load(sys.stdin)
for part in sys.argv[1].split("."):
    value = value[int(part)] if part.isdigit() else value[part]
print(value)' "$1"; }

demo() {
  local group_key device_key mend
  setup build
  build_targets release berth
  start_server
  say "a server runs on $(cat "$BERTH_DATA/url"); see build/demo/data"
  SCOPE=$(berth scope list --json | field items.0.id)

  printf '\n1. The operator lets a production line enroll: one group, one key.\n'
  show berth enrollment-group create --enrollment-id line-7 --display-name "Line 7"
  printf '\n2. The factory derives the key of one device from it; the group key stays there.\n'
  device_key=$(berth key derive --from-group line-7 --registration-id pump-0001)
  printf '\n$ berth key derive --from-group line-7 --registration-id pump-0001\n%s...\n' \
    "${device_key:0:8}"
  printf '\n3. The device is switched on. It knows the server, its scope, its id and its key.\n'
  register pump-0001 "$device_key"
  show berth registration show pump-0001
  printf '\n4. Another one was burned with the group key itself. It hears what its cloud says:\n'
  group_key=$(berth enrollment-group show line-7 --show-keys --json |
    field keys.primaryKey)
  if register pump-0002 "$group_key"; then die "a device with the wrong key was let in"; fi
  printf '\n5. Support asks why.\n'
  show berth trail explain pump-0002 | tee "$DEMO/explained"
  show berth trail list --failed
  printf '\n6. The factory does what the explanation says, and the device is let in.\n'
  read -ra mend < <(sed -n 's/^ *mend  *berth /berth /p' "$DEMO/explained")
  device_key=$("${mend[@]}" | tail -n 1)
  printf '\n$ %s\n%s...\n' "${mend[*]}" "${device_key:0:8}"
  register pump-0002 "$device_key"
  stop_server
  printf '\n'
  say "done in $SECONDS s; the server has stopped. Next: README.md, or berth serve --help"
}

bench() {
  setup build
  build_targets release berth
  start_server
  show berth bench register "$@"
  stop_server
}
