#!/usr/bin/env bash
# Makes a Python environment with the packages of FILE (the examples' requirements unless one is named), once, and prints the
# path of its interpreter.
#   venv.sh [FILE]
# The cache is $DATELINE_CONSUMERS_CACHE, else .cache beside this script; later calls need no network.
set -euo pipefail

readonly PIP_LIMIT_S=600
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
requirements=${1:-$here/requirements.txt}
cache=${DATELINE_CONSUMERS_CACHE:-$here/.cache}

die() { printf 'venv: %s\n' "$*" >&2; exit 1; }

command -v python3 >/dev/null || die "python3 is missing (Debian: apt-get install python3 python3-venv)"
# Other requirements or another Python make another environment.
key=$({ cat "$requirements"; python3 -c 'import sys; print(sys.version, sys.prefix)'; } | sha256sum | cut -c 1-12)
venv=$cache/venv-$key

if [[ ! -f $venv/complete ]]; then
  mkdir -p "$cache"
  exec 8>"$cache/lock"
  flock -w "$PIP_LIMIT_S" 8 || die "another call has held $cache/lock for $PIP_LIMIT_S s: is it stuck?"
  if [[ ! -f $venv/complete ]]; then
    rm -rf -- "$venv"
    python3 -m venv "$venv" >&2 || die "python3 could not make an environment (Debian: apt-get install python3-venv)"
    timeout "$PIP_LIMIT_S" "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
      -r "$requirements" </dev/null >&2 || die "pip could not install $requirements"
    touch "$venv/complete"
  fi
fi
printf '%s\n' "$venv/bin/python"
