# ./dev bench: Berth beside other servers. Installs them, builds what is measured, and leaves the
# rest to bench/suite/run.py.

bench() {
  local word programs
  for word in "$@"; do
    case $word in
      --list | --help | -h) exec python3 "$ROOT/bench/suite/run.py" "$@" ;;
      --build | --build=*) exec python3 "$ROOT/bench/suite/run.py" "$@" ;;
    esac
  done
  setup build bench
  programs=$(python3 "$ROOT/bench/suite/run.py" --programs "$@") || exit
  # shellcheck disable=SC2086
  build_targets release $programs
  exec python3 "$ROOT/bench/suite/run.py" "$@"
}
