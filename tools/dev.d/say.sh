# Output for people: what happens, progress on long steps, and the end of the log when one fails.

say() { printf '%s\n' "dev: $*"; }

die() {
  printf '%s\n' "dev: $1" >&2
  exit "${2:-1}"
}

# with_progress WHAT LOG COMMAND...: runs the command with its output in LOG and shows the last line
# of it now and then. On failure the end of the log is printed, and the exit code is the command's.
with_progress() {
  local what=$1 log=$2 start=$SECONDS shown=$SECONDS line pid code=0
  shift 2
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if [ -t 1 ]; then
      line=$(tail -n 1 "$log" 2>/dev/null | tr -d '\r' | cut -c1-60 || true)
      printf '\r\033[Kdev: %s, %d s  %s' "$what" $((SECONDS - start)) "$line"
    elif [ $((SECONDS - shown)) -ge 15 ]; then
      shown=$SECONDS
      line=$(tail -n 1 "$log" 2>/dev/null | tr -d '\r' | cut -c1-90 || true)
      say "  ... $what, $((SECONDS - start)) s: $line"
    fi
  done
  wait "$pid" || code=$?
  if [ -t 1 ]; then printf '\r\033[K'; fi
  if [ "$code" -ne 0 ]; then
    say "$what FAILED after $((SECONDS - start)) s (exit code $code); the end of $log:"
    tail -n 40 "$log" >&2
    return "$code"
  fi
  say "$what: done in $((SECONDS - start)) s"
}
