# ./dev demo: builds Berth, starts a server on free loopback ports, switches devices on, lets one
# be refused and reads why, then stays up until Ctrl-C.

DEMO=$ROOT/build/demo
BERTH=$ROOT/build/release/berth

berth() { "$BERTH" "$@"; }

# The command as a person would type it, then what it prints.
show() {
  local word line='$'
  for word in "$@"; do
    case $word in *'"'*) line+=" '$word'" ;; *' '*) line+=" \"$word\"" ;; *) line+=" $word" ;; esac
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

# register ID KEY: a device that does no more than ask to be let in.
register() {
  printf '%s\n' "$2" | python3 "$ROOT/tools/dev.d/device.py" \
    --url "$(cat "$BERTH_DATA/url")" --ca "$BERTH_DATA/ca.pem" --scope "$SCOPE" --id "$1"
}

# A device that lives on in the background; what it prints is shown by hear.
DEVICES=()
switch_on() {
  local id=$1
  shift
  : >"$DEMO/$id.log"
  "$BERTH" simulate device --secrets "$DEMO/$id.secrets.json" --settings "$DEMO/$id.settings.json" \
    --interval 1000 "$@" >"$DEMO/$id.log" 2>&1 </dev/null &
  DEVICES+=($!)
}

# hear ID TEXT: waits until the device has said it, and shows all that is new.
declare -A HEARD=()
hear() {
  local id=$1 tries
  for ((tries = 0; tries < 200; tries++)); do
    if tail -n +"$((${HEARD[$id]:-0} + 1))" "$DEMO/$id.log" | grep -qF -- "$2"; then break; fi
    sleep 0.1
  done
  [ "$tries" -lt 200 ] || { cat "$DEMO/$id.log" >&2; die "$id never said: $2"; }
  local lines
  lines=$(wc -l <"$DEMO/$id.log")
  sed -n "$((${HEARD[$id]:-0} + 1)),${lines}p" "$DEMO/$id.log" | sed "s/^/  $id | /"
  HEARD[$id]=$lines
}

switch_off() {
  local device
  for device in "${DEVICES[@]}"; do kill -TERM "$device" 2>/dev/null || true; done
  for device in "${DEVICES[@]}"; do wait "$device" || true; done
  DEVICES=()
}

field() { python3 -c 'import json, sys
value = json.load(sys.stdin)
for part in sys.argv[1].split("."):
    value = value[int(part)] if part.isdigit() else value[part]
print(value)' "$1"; }

demo() {
  local once=
  case "${1:-}" in
    --once) once=1 ;;
    '') ;;
    *) die "./dev demo takes --once or nothing" ;;
  esac
  setup build demo
  build_targets release berth
  start_server
  say "a server runs on $(cat "$BERTH_DATA/url"); its data is in build/demo/data"
  say "its console is $(cat "$BERTH_DATA/url")/console/"
  SCOPE=$(berth scope list --json | field items.0.id)

  printf '\n1. The operator has two hubs, and lets a production line enroll: one group, one key.\n'
  berth hub create hub-2 --host hub-2.localhost >/dev/null
  berth hub link hub-2 --scope "$SCOPE" >/dev/null
  show berth hub list
  show berth enrollment-group create --enrollment-id line-7 --display-name "Line 7"

  printf '\n2. The factory derives the keys of each device from it; the group key stays there.\n'
  local id
  for id in pump-0001 pump-0004; do
    show berth key derive --from-group line-7 --registration-id "$id" \
      --out "$DEMO/$id.secrets.json"
  done

  printf '\n3. The devices are switched on. One provisions itself over HTTPS, one over MQTT.\n'
  printf '   Both are told their hub, connect to it, read their twin and send telemetry.\n\n'
  switch_on pump-0001
  switch_on pump-0004 --provision-over mqtt
  hear pump-0001 "telemetry: 1 "
  hear pump-0004 "telemetry: 1 "

  printf '\n4. The operator sees them, and what they send.\n'
  show berth registration list
  show berth hub events --hub-name "$(hub_of pump-0001)" --from-start

  printf '\n5. The operator wants something of a device: a setting, and a call.\n'
  show berth twin update pump-0001 --hub-name "$(hub_of pump-0001)" --desired '{"interval": 5}' \
    >/dev/null
  printf '\n$ berth twin update pump-0001 --desired '"'"'{"interval": 5}'"'"'\n'
  hear pump-0001 "desired change"
  show berth device call-method pump-0001 restart --hub-name "$(hub_of pump-0001)"
  hear pump-0001 "restart"

  refused_device
  product_device
  production_thing
  measured_board
  tpm_device
  device_by_code

  switch_off
  if [ -z "$once" ]; then stay_up; fi
  stop_server
  printf '\n'
  say "done in $SECONDS s; the server has stopped. Next: README.md, or berth serve --help"
}

hub_of() { berth registration show "$1" --scope "$SCOPE" --json | field hub; }

refused_device() {
  local group_key device_key mend
  printf '\n6. Another device was burned with the group key itself. It hears what its cloud says:\n'
  group_key=$(berth enrollment-group show line-7 --show-keys --json |
    field keys.primaryKey)
  if register pump-0002 "$group_key"; then die "a device with the wrong key was let in"; fi
  printf '\n7. Support asks why.\n'
  show berth trail explain pump-0002 | tee "$DEMO/explained"
  printf '\n8. The factory does what the explanation says, and the device is let in.\n'
  read -ra mend < <(sed -n 's/^ *mend  *berth /berth /p' "$DEMO/explained")
  device_key=$("${mend[@]}" | tail -n 1)
  printf '\n$ %s\n%s...\n' "${mend[*]}" "${device_key:0:8}"
  register pump-0002 "$device_key"
}

# device_file NAME: what a unit of the product leaves the factory with. No secret of its own yet.
device_file() {
  cat >"$DEMO/$1.json" <<END
{
    "auth_mode":"KEY",
    "productId":"$PRODUCT",
    "productSecret":"$PRODUCT_SECRET",
    "deviceName":"$1",
    "key_deviceinfo":{
        "deviceSecret":"YOUR_IOT_PSK"
    }
}
END
}

product_device() {
  PRODUCT=METERS2026
  printf '\n9. Another fleet speaks Tencent: one product secret, and a list of names.\n'
  show berth product create "$PRODUCT" --auth-mode key --dynamic-registration | sed '5,$d'
  show berth product device add meter-0001 meter-0002
  PRODUCT_SECRET=$(berth product show "$PRODUCT" --show-keys --json | field keys.productSecret)
  device_file meter-0001

  printf '\n10. A unit registers, keeps the secret it gets in its file, and connects with it.\n'
  show berth device dynreg -c "$DEMO/meter-0001.json"
  show berth device connect -c "$DEMO/meter-0001.json" --once --message '{"kwh": 7}'
  show berth hub events --hub-name "$(hub_of "${PRODUCT}meter-0001")" \
    --device "${PRODUCT}meter-0001"

  printf '\n11. A second unit comes with the same name. It is refused, and support asks why.\n'
  device_file meter-0001
  if show berth device dynreg -c "$DEMO/meter-0001.json" 2>&1; then
    die "a device that is in use was registered again"
  fi
  show berth trail explain "${PRODUCT}meter-0001"
}

# iot METHOD PATH BODY [PLUG-ID PASSWORD]: a request as a connection library sends it.
iot() {
  local credentials=()
  [ -z "${5:-}" ] || credentials=(-H "X-Plug-Id: $4" -H "X-Plug-Auth: $5")
  printf '\n%s /iot/%s %s\n' "$1" "$2" "$3" >&2
  curl -s --cacert "$BERTH_DATA/ca.pem" -X "$1" "${credentials[@]}" \
    -H 'Content-Type: application/json' -d "$3" "$(cat "$BERTH_DATA/url")/iot/$2"
}

production_thing() {
  local template thing controller
  printf '\n12. A third fleet speaks CloudPlugs: serial numbers, each with two passwords.\n'
  template=$(berth thing template create --display-name Valves --json | field id)
  printf '\n$ berth thing template create --display-name Valves\n%s\n' "$template"
  show berth thing serial add VALVE-1 --enroll-password 'enrol me' --control-password 'control me'

  printf '\n13. Its controller comes first and is refused; the thing enrols itself, then it may.\n'
  iot PUT device "{\"model\":\"$template\",\"ctrl\":\"VALVE-1\",\"pass\":\"control me\"}"
  cat >"$DEMO/smartplug.conf" <<END
enroll_target = thing
enroll_model = $template
enroll_thing = VALVE-1
enroll_pass = enrol me
END
  printf '\n'
  show berth device agent --config "$DEMO/smartplug.conf" --once
  controller=$(iot PUT device \
    "{\"model\":\"$template\",\"ctrl\":\"VALVE-1\",\"pass\":\"control me\"}")
  printf '%s\n' "$controller" | sed 's/"auth":"[^"]*"/"auth":"…"/'
  thing=$(berth thing serial show VALVE-1 --json | field deviceId)

  printf '\n14. The controller tells the thing what to do; the operator sees both.\n'
  iot PUT data/cmd "{\"data\":\"open\",\"of\":\"$thing\"}" \
    "$(field id <<<"$controller")" "$(field auth <<<"$controller")"
  printf '\n'
  show berth thing serial list
  show berth hub events --hub-name "$(berth thing serial show VALVE-1 --json |
    field registration.hub)" --device "$thing"
}

# board_build DIR: what building a board's program leaves behind, 4096 bytes of it and their map.
board_build() {
  mkdir -p "$1/.build"
  python3 - "$1/.build/DevKitDPS.ino" <<'END'
import sys
with open(sys.argv[1] + ".bin", "wb") as image:
    image.write(bytes((7 * i + 3) % 256 for i in range(4096)))
with open(sys.argv[1] + ".map", "w") as names:
    names.write("FLASH            0x000000000800c000 0x0000000000004000 xr\n")
    for name, at in (("__start_riot_core", 0x100), ("__stop_riot_core", 0x200),
                     ("__start_riot_fw", 0x200), ("__stop_riot_fw", 0x340)):
        names.write(f"                0x{0x800c000 + at:016x}                {name} = .\n")
END
}

# board ARGUMENT…: the board of step 15, switched on.
board() {
  (cd "$DEMO/board" && show berth simulate devkit --uds-store board-7.uds --mac c8930123456a \
    --firmware-version 1.3.7 --project .build/DevKitDPS --scope "$SCOPE" "$@" 2>&1)
}

measured_board() {
  local id=az-c8930123456av1v3v7
  printf '\n15. A board has no key in its firmware: it has a secret and measures its own code.\n'
  printf '    The factory knows both, and so the certificate, before the board ever runs.\n'
  board_build "$DEMO/board"
  cd "$DEMO/board"
  show berth dice uds generate --store board-7.uds
  show berth dice generate --uds-store board-7.uds --mac c8930123456a --firmware-version 1.3.7 \
    --project .build/DevKitDPS --out board-7.pem
  show berth enrollment create "$id" --attestation-type x509 \
    --certificate-path board-7.pem >/dev/null
  cd "$ROOT"
  board

  printf '\n16. Somebody changes one byte of its code. It is another board now: support sees why.\n'
  python3 -c 'import sys
with open(sys.argv[1], "r+b") as image:
    image.seek(0x210)
    image.write(b"!")' "$DEMO/board/.build/DevKitDPS.ino.bin"
  if board; then die "a board with changed code was let in"; fi
  show berth trail explain "$id"
}

tpm_device() {
  local port=$((20000 + RANDOM % 10000))
  printf '\n17. The last device has a TPM. Its enrollment knows the public keys of the chip.\n'
  mkdir -p "$DEMO/tpm"
  swtpm socket --tpm2 --tpmstate dir="$DEMO/tpm" --flags not-need-init,startup-clear \
    --server type=tcp,port="$port",bindaddr=127.0.0.1 \
    --ctrl type=tcp,port="$((port + 1))",bindaddr=127.0.0.1 >"$DEMO/tpm.log" 2>&1 </dev/null &
  DEVICES+=($!)
  local tcti=swtpm:host=127.0.0.1,port=$port
  show berth tpm enroll --scope "$SCOPE" --tcti "$tcti" --registration-id gateway-1
  show berth tpm register --scope "$SCOPE" --tcti "$tcti" --registration-id gateway-1 --messages 1
  show berth registration list
}

device_by_code() {
  local code
  printf '\n18. A technician gives a phone a picture. There is no key in it: it is good once.\n'
  show berth credential create --device phone-1 --group line-7 --qr | tee "$DEMO/code"
  code=$(sed -n 's/^code  *//p' "$DEMO/code")
  printf '\n    The phone makes a key of its own for it, registers, and connects.\n'
  (cd "$DEMO" && show berth device redeem "$code" --connect)
  printf '\n    Whoever photographed the picture comes too late.\n'
  if (cd "$DEMO" && show berth device redeem "$code" 2>&1); then die "a code was good twice"; fi
}

# Until Ctrl-C, with what to try meanwhile.
stay_up() {
  local url
  url=$(cat "$BERTH_DATA/url")
  cat <<END

The server stays up until Ctrl-C. In another terminal:

  export PATH=$ROOT/build/release:\$PATH BERTH_DATA=$BERTH_DATA

  cd $DEMO
  berth simulate device --secrets pump-0001.secrets.json --settings pump-0001.settings.json
  berth hub events --hub-name $(hub_of pump-0001) --follow     # what the devices send, as it comes
  berth device send pump-0001 "good morning" --hub-name $(hub_of pump-0001)
  # it is gone within a second, and this is why:
  berth device update pump-0001 --hub-name $(hub_of pump-0001) --status disabled
  berth trail explain pump-0001
  berth enrollment-group regenerate-key line-7 --key primary   # docs/tutorials/symmetric-keys.md
  # the second unit takes a name of its own, docs/tutorials/dynamic-registration.md
  sed s/meter-0001/meter-0002/ meter-0001.json >meter-0002.json
  berth device dynreg -c meter-0002.json && berth device connect -c meter-0002.json
  berth doctor

  the console:   $url/console/   (its first page asks for the content of $BERTH_DATA/admin.token)
  the admin API: $url/api/v1   metrics: $url/metrics   CA to trust: $BERTH_DATA/ca.pem
END
  trap : INT TERM
  wait "$SERVER" || true
  trap - INT TERM
}
