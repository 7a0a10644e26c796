# Configure and build a preset; the commands of ./dev that are little more than that.

# A compiler takes up to 1 GB: as many at once as cores and memory allow.
jobs_count() {
  local cores memory_gb
  cores=$(nproc)
  memory_gb=$(awk '/^MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)
  [ "$memory_gb" -ge 1 ] || memory_gb=1
  echo $((cores < memory_gb ? cores : memory_gb))
}

clang_compiler() {
  local version
  for version in 16 17 18 19; do
    command -v "clang++-$version" && return
  done
  die "no clang++-16 or newer: ./dev setup build"
}

# configure PRESET: once; afterwards ninja does it again when a description changes.
configure() {
  local preset=$1 compiler
  [ ! -f "$ROOT/build/$preset/build.ninja" ] || return 0
  compiler=$(clang_compiler) || exit
  with_progress "configure $preset" "$ROOT/build/logs/configure-$preset.log" \
    cmake --preset "$preset" "-DCMAKE_CXX_COMPILER=$compiler"
}

# build_targets PRESET [TARGET...]
build_targets() {
  local preset=$1 directory=$ROOT/build/$1
  shift
  configure "$preset"
  with_progress "build $preset" "$ROOT/build/logs/build-$preset.log" \
    nice ninja -C "$directory" -j "$(jobs_count)" "$@"
}

build_command() {
  local preset=${1:-dev}
  case $preset in
    release) setup build && build_web && build_targets release berth ;;
    dev) setup build && build_web && build_targets dev ;;
    asan) setup build test && build_targets asan unit_tests fuzz_targets ;;
    tsan) setup build test && build_targets tsan unit_tests ;;
    fuzz) setup build test && build_targets fuzz fuzz_targets ;;
    *) die "unknown preset '$preset': dev, release, asan, tsan or fuzz" 2 ;;
  esac
}

test_command() {
  local lists
  setup build
  lists=$(python3 tools/dev.d/test.py --needs "$@") || exit
  setup "$lists"
  exec python3 tools/dev.d/test.py "$@"
}

fuzz_command() {
  setup build test
  build_targets fuzz fuzz_targets
  exec python3 tools/dev.d/fuzz.py --build build/fuzz --seconds "${FUZZ_SECONDS:-60}" "$@"
}

lint_command() {
  local failed=0
  setup build test lint
  python3 tools/dev.d/format.py || failed=1
  python3 -m unittest discover -s tests/architecture || failed=1
  configure dev
  python3 tools/dev.d/tidy.py || failed=1
  return "$failed"
}
