# Installs by apt what tools/dev.d/packages.txt lists and this machine lacks. Needs root or a sudo
# that may run apt-get; nothing else here does.

PACKAGES=$ROOT/tools/dev.d/packages.txt

# A choice is a package, program:NAME for one that may have come another way, or node: for a Node
# that builds the console.
is_installed() {
  case $1 in
    program:*) command -v "${1#program:}" >/dev/null ;;
    node:) has_node ;;
    *) [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ;;
  esac
}

# Prints "PACKAGE|CHOICES<tab>WHY" for each line of the lists none of whose choices is there.
missing_packages() {
  local lists=" $* " list choices why choice
  while read -r list choices why; do
    case $list in '' | '#'*) continue ;; esac
    case $lists in *" $list "*) ;; *) continue ;; esac
    for choice in ${choices//|/ }; do
      is_installed "$choice" && continue 2
    done
    printf '%s\t%s\n' "$choices" "$why"
  done <"$PACKAGES"
}

# The first of the alternatives that apt can install.
available_package() {
  local choice policy
  for choice in ${1//|/ }; do
    policy=$(apt-cache policy "$choice" 2>/dev/null) || continue
    case $policy in
      *'Candidate: (none)'*) continue ;;
      *'Candidate: '*) echo "$choice" && return ;;
    esac
  done
  return 1
}

as_root_apt() {
  local apt
  apt=$(command -v apt-get)
  if [ "$(id -u)" -eq 0 ]; then
    DEBIAN_FRONTEND=noninteractive "$apt" "$@"
  elif sudo -n "$apt" --version >/dev/null 2>&1; then
    sudo -n "$apt" "$@"
  else
    sudo "$apt" "$@"
  fi
}

# Fails early, in words, where apt could not be run.
check_apt() {
  local packages=$1
  command -v apt-get >/dev/null ||
    die "this is no Debian or Ubuntu; install what tools/dev.d/packages.txt lists, then try again"
  [ "$(id -u)" -eq 0 ] && return
  command -v sudo >/dev/null ||
    die "not root and no sudo here. As root: apt-get install $packages"
  if ! sudo -n "$(command -v apt-get)" --version >/dev/null 2>&1; then
    # shellcheck disable=SC2015
    [ -t 0 ] && sudo -v 2>/dev/null || sudo -n true 2>/dev/null ||
      die "sudo wants a password and this is no terminal. As root: apt-get install $packages"
  fi
}

# setup LIST...: what is missing of the lists, in one apt run.
setup() {
  local missing choices why package packages=()
  # shellcheck disable=SC2068
  missing=$(missing_packages $@)
  [ -n "$missing" ] || return 0
  check_apt "$(printf '%s\n' "$missing" | cut -f1 | sed 's/|.*//' | tr '\n' ' ')"
  with_progress "apt-get update" "$ROOT/build/logs/apt-update.log" as_root_apt -q update
  while IFS=$'\t' read -r choices why; do
    package=$(available_package "$choices") ||
      die "apt knows none of ${choices//|/, } ($why); Berth wants Debian 12, Ubuntu 24.04 or newer"
    packages+=("$package")
    say "will install $package: $why"
  done <<<"$missing"
  with_progress "apt-get install of ${#packages[@]} packages" "$ROOT/build/logs/apt-install.log" \
    as_root_apt -q -y --no-install-recommends -o Dpkg::Use-Pty=0 install "${packages[@]}"
}
